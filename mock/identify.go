package mock

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/media"
)

// identifyPath is the path that is signed, in all forms of requests.
const identifyPath = "/v1/identify"

// The status codes of the identification API that the server uses.
const (
	codeSuccess          = 0
	codeNoResult         = 1001
	codeNoFingerprint    = 2004
	codeServiceError     = 3000
	codeInvalidKey       = 3001
	codeContentType      = 3002
	codeArguments        = 3006
	codeAccount          = 3013 // undocumented
	codeInvalidSignature = 3014
	codeTooLarge         = 3016
)

// statusText is the service's message for a code, as observed, or as documented.
func statusText(code int) string {
	switch code {
	case codeSuccess:
		return "Success"
	case codeNoResult:
		return "No result"
	case codeNoFingerprint:
		return "Can't generate fingerprint"
	case codeServiceError:
		return "Recognition service error"
	case codeInvalidKey:
		return "Missing/Invalid Access Key"
	case codeContentType:
		return "Invalid Content-Type. A valid Content-Type is multipart/form-data"
	case 3003:
		return "limit exceeded, please upgrade your account"
	case codeArguments:
		return "Invalid arguments"
	case 3011:
		return "metadata error"
	case codeInvalidSignature:
		return "Invalid Signature"
	case 3015:
		return "qps limit exceeded, please upgrade your account"
	case codeTooLarge:
		return "File too large, 10-20 seconds of audio are enough"
	}
	return "Error"
}

// IdentifyFault is a [Fault] that makes identifications return a status code with HTTP 200, as the service does. For a
// temporary limit, set its Times.
//
//	srv.Inject(mock.IdentifyFault(3015))
func IdentifyFault(code int) Fault {
	a := statusResponse(code, "")
	return Fault{Op: OpIdentify, Status: a.status, Header: a.header, Body: string(a.body)}
}

// identification serves the identification API.
func (s *Server) identification(q *request) *response {
	if q.Method != http.MethodPost { // what the service does is not known
		return message(http.StatusMethodNotAllowed, "Method Not Allowed")
	}
	f, code := readIdentifyForm(q.Request)
	if code == codeContentType {
		return statusResponse(code, "")
	}
	if refused := s.authenticate(q.place, f); refused != 0 {
		return statusResponse(refused, "")
	}
	if code != 0 {
		return statusResponse(code, "")
	}
	return s.identify(f)
}

// statusResponse is a response without results. The service declares its JSON as text.
func statusResponse(code int, msg string) *response {
	if msg == "" {
		msg = statusText(code)
	}
	return identifyAnswer(row{"status": row{"code": code, "msg": msg, "version": "1.0"}})
}

func identifyAnswer(body row) *response {
	a := jsonResponse(http.StatusOK, body)
	a.header = http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
	a.body = append(a.body, '\n')
	return a
}

// identify recognises a sample, and calls the script.
func (s *Server) identify(f *identifyForm) *response {
	a, code := s.outcome(f)
	s.mu.Lock()
	defer s.mu.Unlock()
	f.project.count(code)
	return a
}

// outcome returns the response to a sample, with its code.
func (s *Server) outcome(f *identifyForm) (a *response, code int) {
	dataType := f.value("data_type")
	required := f.value("timestamp") != "" && f.value("signature_version") != "" && (f.hasSample || f.hasHumming)
	if dataType != "audio" && dataType != "fingerprint" || !required {
		return statusResponse(codeArguments, ""), codeArguments
	}
	h := hear(f, dataType)
	s.mu.Lock()
	defer s.mu.Unlock()
	metadata, found, code := s.find(h, f.project)
	if s.onIdentify != nil {
		o := s.scripted(f.identification(dataType, found))
		switch {
		case o.Code != 0:
			code = o.Code
		case o.Metadata != nil:
			code, metadata = codeSuccess, nil
			if err := json.Unmarshal(o.Metadata, &metadata); err != nil {
				return identifyAnswer(row{"status": row{"code": codeSuccess, "msg": statusText(codeSuccess), "version": "1.0"}, "metadata": o.Metadata}), codeSuccess
			}
		}
		if code != codeSuccess {
			return statusResponse(code, o.Msg), code
		}
	}
	if code != codeSuccess {
		return statusResponse(code, ""), code
	}
	if _, ok := metadata["timestamp_utc"]; !ok && metadata != nil {
		metadata["timestamp_utc"] = s.now().UTC().Format(time.DateTime)
	}
	return identifyAnswer(row{
		"status": row{"code": codeSuccess, "msg": statusText(codeSuccess), "version": "1.0"}, "metadata": metadata,
		"cost_time": 0.25 + float64(len(f.sample))*1e-6, "result_type": 0,
	}), codeSuccess
}

// An Identification is a sample that is being identified, for [Server.OnIdentify].
type Identification struct {
	DataType     string // "audio" or "fingerprint"
	Sample       []byte
	Humming      []byte            // the humming fingerprint
	Fields       map[string]string // the fields that are not part of the protocol
	Recognised   []Track
	AcceptedGzip bool // the client accepts a compressed response
}

// An IdentifyOutcome is the result of an identification. Empty fields are as without a script.
type IdentifyOutcome struct {
	Code     int             // a status code such as 1001 or 3003, without results; 0: success, if anything is recognised
	Msg      string          // the message for Code
	Metadata json.RawMessage // the member "metadata" of a success, such as {"humming":[…]}
}

// scripted calls the script. A panic becomes the outcome of a failed service. The lock must be held.
func (s *Server) scripted(i Identification) (o IdentifyOutcome) {
	defer func() {
		if v := recover(); v != nil {
			o = IdentifyOutcome{Code: codeServiceError, Msg: fmt.Sprintf("the script panicked: %v", v)}
		}
	}()
	return s.onIdentify(i)
}

// OnIdentify makes f decide the result of each accepted identification; nil returns to recognising tracks. f is called
// by one goroutine at a time, and must not call the server. If f panics, the identification ends with code 3000 and the
// panic as its message.
func (s *Server) OnIdentify(f func(Identification) IdentifyOutcome) {
	s.lock()
	defer s.mu.Unlock()
	s.onIdentify = f
}

// silentOrGarbage reports whether audio is silent or not audio at all, so that it has no fingerprint.
func silentOrGarbage(sample []byte, l *listener) bool {
	const shortest = 1.0 // second; how short is too short is not known
	if l.reader != nil {
		return !l.reader.audible || l.duration() < shortest
	}
	return media.Detect(sample) == media.Unknown
}
