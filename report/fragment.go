package report

import (
	"errors"
	"html/template"
	"strings"
)

// Parts are the parts of a report that a page of your own includes. The body is one element of the class "acr", and the
// style applies to nothing else. Headings begin with h2.
type Parts struct {
	Body   template.HTML
	Style  template.CSS
	Script template.JS // sorts and filters the table of files; optional

	// StyleHash and ScriptHash are the hashes of the two as sources of a Content-Security-Policy, such as 'sha256-…'.
	// They apply if Style is all that is between <style> and </style>, and Script all that is between <script> and
	// </script>.
	StyleHash, ScriptHash string
}

// Fragment returns the parts of a report to embed. Use them unchanged in a template of package [html/template]:
//
//	<style>{{.Style}}</style> … {{.Body}} … <script>{{.Script}}</script>
//
// The whole report is kept in memory. Errors are those of [HTML]; if the iterator of files ends with an error, the
// parts are returned together with it.
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
