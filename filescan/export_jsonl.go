package filescan

import (
	"encoding/json"
	"io"
	"iter"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// WriteJSONL writes a line of JSON for each file: an object with the members "file", which reads back to an equal [File], the spelling in
// Results.Raw apart, and "assessment", the verdict by rules as [Assess] gives it: list the files with ListFilesOptions.WithResults, or
// they all look clean. Characters that a terminal acts on or that reorder text are written as \u escapes. It streams: nothing is kept. An error of the iterator is returned after what came before it was written.
func WriteJSONL(w io.Writer, files iter.Seq2[*File, error], rules *Rules) error {
	enc := json.NewEncoder(text.JSONWriter(w))
	enc.SetEscapeHTML(false)
	if files == nil {
		return errNoFiles()
	}
	for file, err := range files {
		if err != nil {
			return err
		}
		if file == nil {
			continue
		}
		line := struct {
			File       *File      `json:"file"`
			Assessment Assessment `json:"assessment"`
		}{file, Assess(file, rules)}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return nil
}
