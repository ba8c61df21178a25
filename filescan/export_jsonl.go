package filescan

import (
	"encoding/json"
	"io"
	"iter"

	"github.com/musicchartsai/acrcloud-go/internal/checked"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// WriteJSONL writes a line of JSON for each file: an object with the members "file", which reads back to an equal [File], the spelling in
// Results.Raw apart, and "assessment", the verdict by rules as [Assess] gives it. Give it [Files.All], with ListFilesOptions.WithResults, or
// they all look clean; or [FilesOf]. It streams: nothing is kept.
//
// A file that failed has the member "error" too, with what went wrong; so has a file that the iterator yields together with an error, as
// [Files.Scan] and [Files.Wait] return them: its risk is unknown. An error without a file is returned after what came before it was written.
//
// Characters that a terminal acts on or that reorder text are written as \u escapes.
func WriteJSONL(w io.Writer, files iter.Seq2[*File, error], rules *Rules) error {
	if checked.IsNil(w) {
		return refuseWriter()
	}
	enc := json.NewEncoder(text.JSONWriter(w))
	enc.SetEscapeHTML(false)
	return exportFiles(files, rules, func(file *File, a Assessment, problem string) error {
		return enc.Encode(struct {
			File       *File      `json:"file"`
			Assessment Assessment `json:"assessment"`
			Error      string     `json:"error,omitempty"`
		}{file, a, problem})
	})
}
