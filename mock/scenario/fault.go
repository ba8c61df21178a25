package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// ParseFault reads a fault of requests. The error is an [*Error].
func ParseFault(data []byte) (mock.Fault, error) {
	r := &reader{}
	f := r.fault("", data, false)
	return f, r.err()
}

// ParseCallback reads a fault of callbacks. The error is an [*Error].
func ParseCallback(data []byte) (mock.CallbackFault, error) {
	r := &reader{}
	f := r.callback("", data)
	return f, r.err()
}

// fault reads a fault. The fault of a file has no fields that select requests.
func (r *reader) fault(at string, data json.RawMessage, ofFile bool) mock.Fault {
	o := r.object(at, data)
	f := mock.Fault{}
	if !ofFile {
		ops := make([]string, 0, 100)
		for _, op := range mock.Ops() {
			ops = append(ops, string(op))
		}
		f.Op, f.Method, f.Path = mock.Op(o.choice("op", ops...)), strings.ToUpper(o.text("method")), o.text("path")
		f.Skip, f.Times = o.count("skip"), o.count("times")
		if _, err := path.Match(f.Path, ""); err != nil || (f.Path != "" && !strings.HasPrefix(f.Path, "/")) {
			r.add(o.place("path"), fmt.Sprintf("%q is not a path", f.Path), "use a path such as /api/fs-containers/*/files")
		}
		if o.has("code") {
			o.codeFault(&f)
		}
	}
	f.Delay, f.RetryAfter = o.duration("delay"), o.duration("retry_after")
	f.Lose, f.Forget, f.Process = o.flag("lose"), o.flag("forget"), o.flag("process")
	f.Gzip, f.Truncate = o.flag("gzip"), o.flag("truncate")
	if o.has("status") {
		f.Status = int(o.integer("status", 200, 599))
	}
	if h := o.header("header"); h != nil {
		f.Header = h
	}
	f.BodyBytes = o.integer("body_bytes", 0, 1<<30)
	if body, ok := o.take("body"); ok {
		f.Body = string(body)
		if kind(body) == "a string" {
			f.Body = o.text("body")
		}
	}
	o.done()
	if fields := len(r.problems); fields == 0 && f.Delay == 0 && f.RetryAfter == 0 && !f.Lose && !f.Forget && !f.Gzip && !f.Truncate && f.Status == 0 && f.Header == nil && f.BodyBytes == 0 && f.Body == "" {
		r.add(at, "it has no effect", `add an effect, such as "status": 503, "lose": true or "delay": "5s"`)
	}
	return f
}

// codeFault makes identifications return a code of the service.
func (o *object) codeFault(f *mock.Fault) {
	if f.Op != "" && f.Op != mock.OpIdentify {
		o.add(o.place("code"), "it applies to identification only", `use "op": "identify", or leave op out`)
	}
	code := mock.IdentifyFault(int(o.integer("code", 0, 9999)))
	f.Op, f.Header, f.Body = code.Op, code.Header, code.Body
	for _, name := range []string{"status", "body", "body_bytes", "header"} {
		if o.has(name) {
			o.add(o.place(name), "the code already determines the response", "leave one of them out")
		}
	}
	f.Status = code.Status
}

func (r *reader) callback(at string, data json.RawMessage) mock.CallbackFault {
	o := r.object(at, data)
	rate, skip, times := o.number("rate", 0, 1), o.count("skip"), o.count("times")
	f := o.callbackFields()
	f.Rate, f.Skip, f.Times = rate, skip, times
	o.done()
	return f
}

// callbackFields reads the fields that a file's callback fault also has.
func (o *object) callbackFields() mock.CallbackFault {
	f := mock.CallbackFault{
		Lose: o.flag("lose"), Copies: int(o.integer("copies", 0, 100)), Delay: o.duration("delay"), Reorder: o.flag("reorder"), Early: o.flag("early"), Slow: o.duration("slow"),
	}
	if data, ok := o.take("shape"); ok {
		s := o.object(o.place("shape"), data)
		f.Shape = mock.CallbackShape{Form: s.flag("form"), Wrapped: s.flag("wrapped"), List: s.flag("list"), ID: s.flag("id"), TextResults: s.flag("text_results")}
		s.done()
	}
	return f
}

// callbackOrWord reads a word such as "lost", or the fields of a callback fault.
func (o *object) callbackOrWord(name string) mock.CallbackFault {
	data, ok := o.take(name)
	switch {
	case !ok:
		return mock.CallbackFault{}
	case kind(data) == "a string":
		return callbackWords[o.choice(name, slices.Sorted(maps.Keys(callbackWords))...)]
	}
	inner := o.object(o.place(name), data)
	defer inner.done()
	return inner.callbackFields()
}
