package report

import (
	"errors"
	"html/template"
	"strings"
)

// Parts are what a page of your own takes from a report. All of it stands under one element of the class "acr", and the style does not reach
// beyond it. Headings begin with h2.
type Parts struct {
	Body   template.HTML
	Style  template.CSS
	Script template.JS // sorts and filters the table of files; the report is read without it

	// StyleHash and ScriptHash are the two as sources of a Content-Security-Policy, such as 'sha256-…'. They hold if Style is all that is
	// between <style> and </style>, and Script all that is between <script> and </script>.
	StyleHash, ScriptHash string
}

// Fragment gives the parts of a report to embed: in a template of package [html/template] they stand as they are.
//
//	<style>{{.Style}}</style> … {{.Body}} … <script>{{.Script}}</script>
//
// The whole report is in memory. Errors are those of [HTML]; if the files end with one, the parts are returned beside it.
func Fragment(r Report) (*Parts, error) {
	p, err := r.gather(nil)
	if p == nil {
		return nil, err
	}
	var b strings.Builder
	if failed := errors.Join(p.writeBody(&b), p.close()); failed != nil {
		return nil, errors.Join(err, failed)
	}
	return &Parts{
		Body:  template.HTML(b.String()),                                    //nolint:gosec // made by html/template
		Style: template.CSS(styleSource), Script: template.JS(scriptSource), //nolint:gosec // the package's own
		StyleHash: hashOf(styleSource), ScriptHash: hashOf(scriptSource),
	}, err
}
