package identify

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// A wireResult is a Result as the service writes it.
type wireResult struct {
	Status     wireStatus   `json:"status,omitzero"`
	Metadata   wireMetadata `json:"metadata,omitzero"`
	CostTime   float64      `json:"cost_time,omitzero"`
	ResultType int          `json:"result_type,omitzero"`

	// Response holds everything in an old form of the response, which the service's own tools still look for.
	Response *wireResult `json:"response,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// A wireStatus distinguishes a code of 0 from none.
type wireStatus struct {
	Code    *int   `json:"code,omitzero"`
	Msg     string `json:"msg,omitzero"`
	Version string `json:"version,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"`
}

type wireMetadata struct {
	TimestampUTC  string                `json:"timestamp_utc,omitzero"`
	Music         []acrcloud.Music      `json:"music,omitzero"`
	Humming       []HummingMatch        `json:"humming,omitzero"`
	CustomFiles   []acrcloud.CustomFile `json:"custom_files,omitzero"`
	Streams       []acrcloud.Stream     `json:"streams,omitzero"`
	CustomStreams []acrcloud.Stream     `json:"custom_streams,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"quoted"`
}

// unread returns the name of a member that may hold what was recognised, and could not be read; empty if there is none.
func (r *Result) unread() string {
	if _, odd := r.Extra["metadata"]; odd {
		return "metadata"
	}
	for _, list := range []string{"music", "humming", "custom_files", "streams", "custom_streams"} {
		for name := range r.MetadataExtra {
			if strings.EqualFold(name, list) {
				return "metadata." + name
			}
		}
	}
	return ""
}

// unwrap returns the content of the old form's wrapper, if there is nothing outside it. Unused members go into Extra.
func (w *wireResult) unwrap() *wireResult {
	inner := w.Response
	if inner == nil {
		return w
	}
	if w.Status.Code == nil && inner.Status.Code != nil {
		for name, raw := range w.Extra {
			if _, taken := inner.Extra[name]; !taken {
				inner.keep(name, raw)
			}
		}
		return inner
	}
	if raw, err := lenient.MarshalJSON(inner); err == nil {
		w.keep("response", raw)
	}
	return w
}

func (w *wireResult) keep(name string, raw json.RawMessage) {
	if w.Extra == nil {
		w.Extra = map[string]json.RawMessage{}
	}
	w.Extra[name] = raw
}

// result is w as a Result, and whether it has a status code.
func (w *wireResult) result() (Result, bool) {
	hasCode := w.Status.Code != nil
	r := Result{
		Status:       Status{Msg: w.Status.Msg, Version: w.Status.Version, Extra: w.Status.Extra},
		TimestampUTC: w.Metadata.TimestampUTC,
		Music:        w.Metadata.Music, Humming: w.Metadata.Humming, CustomFiles: w.Metadata.CustomFiles,
		Streams: w.Metadata.Streams, CustomStreams: w.Metadata.CustomStreams,
		CostTime: w.CostTime, ResultType: w.ResultType,
		MetadataExtra: w.Metadata.Extra, Extra: w.Extra,
	}
	if hasCode {
		r.Status.Code = *w.Status.Code
	}
	return r, hasCode
}

func (r *Result) wire() *wireResult {
	return &wireResult{
		Status: wireStatus{Code: &r.Status.Code, Msg: r.Status.Msg, Version: r.Status.Version, Extra: r.Status.Extra},
		Metadata: wireMetadata{
			TimestampUTC: r.TimestampUTC, Music: r.Music, Humming: r.Humming, CustomFiles: r.CustomFiles,
			Streams: r.Streams, CustomStreams: r.CustomStreams, Extra: r.MetadataExtra,
		},
		CostTime: r.CostTime, ResultType: r.ResultType, Extra: r.Extra,
	}
}

// readResult reads a response, and reports whether it has a status code.
func readResult(data []byte) (result Result, hasCode bool, err error) {
	var w wireResult
	if err := lenient.Unmarshal(data, &w); err != nil {
		return Result{}, false, err
	}
	result, hasCode = w.unwrap().result()
	result.Raw = data
	return result, hasCode, nil
}

// UnmarshalJSON reads a Result tolerantly. A status without a code is read as code 0.
func (r *Result) UnmarshalJSON(data []byte) error {
	var w wireResult
	if err := lenient.UnmarshalJSON(data, &w); err != nil {
		return err
	}
	*r, _ = w.unwrap().result()
	r.Raw = bytes.Clone(data)
	return nil
}

// MarshalJSON writes the Result as the service does, with both of its Extras.
func (r Result) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(r.wire()) }

// UnmarshalJSON reads a HummingMatch tolerantly.
func (h *HummingMatch) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, h) }

// MarshalJSON writes the HummingMatch with its Extra.
func (h HummingMatch) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&h) }

// UnmarshalJSON reads a Status tolerantly.
func (s *Status) UnmarshalJSON(data []byte) error { return lenient.UnmarshalJSON(data, s) }

// MarshalJSON writes the Status with its Extra.
func (s Status) MarshalJSON() ([]byte, error) { return lenient.MarshalJSON(&s) }
