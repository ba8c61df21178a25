package mock

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/media"
)

// identifyPath is the one that is signed, in any form of request.
const identifyPath = "/v1/identify"

// The status codes of the identification API, as far as the server uses them by itself.
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

// statusText is what the service says with a code, where it has been seen; else in the words of its documentation.
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

// IdentifyFault is a [Fault] that makes identifications end with a status code, the way the service does it: over HTTP 200. For a limit
// that passes, set its Times.
//
//	srv.Inject(mock.IdentifyFault(3015))
func IdentifyFault(code int) Fault {
	a := statusAnswer(code, "")
	return Fault{Op: OpIdentify, Status: a.status, Header: a.header, Body: string(a.body)}
}

// identification serves the identification API.
func (s *Server) identification(q *request) *answer {
	if q.Method != http.MethodPost { // what the service does is not known
		return message(http.StatusMethodNotAllowed, "Method Not Allowed")
	}
	f, code := readIdentifyForm(q.Request)
	if code == codeContentType {
		return statusAnswer(code, "")
	}
	if refused := s.authenticate(q.place, f); refused != 0 {
		return statusAnswer(refused, "")
	}
	if code != 0 {
		return statusAnswer(code, "")
	}
	return s.identify(f)
}

// statusAnswer is a response without results. The service calls its JSON text.
func statusAnswer(code int, msg string) *answer {
	if msg == "" {
		msg = statusText(code)
	}
	return identifyAnswer(row{"status": row{"code": code, "msg": msg, "version": "1.0"}})
}

func identifyAnswer(body row) *answer {
	a := jsonAnswer(http.StatusOK, body)
	a.header = http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
	a.body = append(a.body, '\n')
	return a
}

// identify recognises a sample, and asks the script.
func (s *Server) identify(f *identifyForm) *answer {
	a, code := s.outcome(f)
	s.mu.Lock()
	defer s.mu.Unlock()
	f.project.count(code)
	return a
}

// outcome is the response to a sample, with its code.
func (s *Server) outcome(f *identifyForm) (a *answer, code int) {
	dataType := f.value("data_type")
	if dataType != "audio" && dataType != "fingerprint" || !f.hasSample && !f.hasHumming {
		return statusAnswer(codeArguments, ""), codeArguments
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
			return statusAnswer(code, o.Msg), code
		}
	}
	if code != codeSuccess {
		return statusAnswer(code, ""), code
	}
	if _, ok := metadata["timestamp_utc"]; !ok && metadata != nil {
		metadata["timestamp_utc"] = time.Now().UTC().Format(time.DateTime)
	}
	return identifyAnswer(row{
		"status": row{"code": codeSuccess, "msg": statusText(codeSuccess), "version": "1.0"}, "metadata": metadata,
		"cost_time": 0.25 + float64(len(f.sample))*1e-6, "result_type": 0,
	}), codeSuccess
}

// An Identification is a sample that is identified, as [Server.OnIdentify] sees it.
type Identification struct {
	DataType     string // "audio" or "fingerprint"
	Sample       []byte
	Humming      []byte            // the humming fingerprint
	Fields       map[string]string // those that are not the protocol's
	Recognised   []Track
	AcceptedGzip bool // the client would take a compressed response
}

// An IdentifyOutcome is how an identification ends. What is empty is as it would be without a script.
type IdentifyOutcome struct {
	Code     int             // a status code such as 1001 or 3003, with nothing recognised; 0: success, if anything is
	Msg      string          // beside Code
	Metadata json.RawMessage // the member "metadata" of a success, such as {"humming":[…]}
}

// scripted asks the script. A panic is its outcome, as of a service that failed. It is called with the lock held.
func (s *Server) scripted(i Identification) (o IdentifyOutcome) {
	defer func() {
		if v := recover(); v != nil {
			o = IdentifyOutcome{Code: codeServiceError, Msg: fmt.Sprintf("the script panicked: %v", v)}
		}
	}()
	return s.onIdentify(i)
}

// OnIdentify has f decide how each identification ends that was admitted; nil goes back to recognising tracks. f is called one call at a
// time, and must not call the server. If f panics, the identification ends with code 3000 and the panic as its text.
func (s *Server) OnIdentify(f func(Identification) IdentifyOutcome) {
	s.lock()
	defer s.mu.Unlock()
	s.onIdentify = f
}

// silentOrGarbage reports whether no fingerprint can be made of audio.
func silentOrGarbage(sample []byte, l *listener) bool {
	const shortest = 1.0 // second; how short is too short is not known
	if l.reader != nil {
		return !l.reader.audible || l.duration() < shortest
	}
	return media.Detect(sample) == media.Unknown
}
