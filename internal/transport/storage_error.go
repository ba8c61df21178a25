package transport

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

var errPage = errors.New("the response is a web page, not the storage's: is there a proxy or a login page in between? The content was not stored")

var errNotStored = errors.New("the response says that something went wrong: is there a proxy or a firewall in between? The content was not stored")

// IsMarkup reports whether a body is HTML or XML.
func IsMarkup(body []byte) bool {
	for {
		rest := bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\uFEFF"))
		if len(rest) == len(body) {
			return bytes.HasPrefix(rest, []byte("<"))
		}
		body = rest
	}
}

// isResult reports whether the root of a document in XML is a result of a storage's, such as PostResponse.
func isResult(root string) bool {
	return strings.HasSuffix(root, "response") || strings.HasSuffix(root, "result")
}

// storageCode is what the code of a storage's error looks like, such as "SignatureDoesNotMatch". It is all that is shown of a response
// from a presigned URL: the rest may repeat the signature, and what was signed.
var storageCode = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{2,47}$`)

// StorageError reads the error of a storage behind a presigned URL, such as S3: XML with a code, which becomes the message. Such an error
// with a success is one all the same. Markup that is no result of a storage, JSON that reports an error, and words of refusal are from something
// in between: the content was not stored.
func StorageError(resp *Response) error {
	var body struct {
		XMLName xml.Name
		Code    string
		Message string
		Details string
	}
	dec := xml.NewDecoder(bytes.NewReader(resp.Body))
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // codes are ASCII
	_ = dec.Decode(&body)                                                                // what it has read until then is good
	if resp.OK() {
		switch root := strings.ToLower(body.XMLName.Local); {
		case root == "error":
		case IsMarkup(resp.Body) && !isResult(root):
			return &acrcloud.DecodeError{StatusCode: resp.StatusCode, Err: errPage}
		case Acknowledged(resp) != nil:
			return &acrcloud.DecodeError{StatusCode: resp.StatusCode, Err: errNotStored}
		default:
			return nil
		}
	}
	e := &acrcloud.APIError{StatusCode: resp.StatusCode, Message: strings.TrimSpace(body.Code)}
	if !storageCode.MatchString(e.Message) {
		e.Message = ""
	}
	expired := strings.Contains(strings.ToLower(e.Message+" "+body.Message+" "+body.Details), "expired")
	switch {
	case expired:
		e.Remedy = "The presigned URL has expired. Upload again."
	case e.Message == "RequestTimeTooSkewed":
		e.Remedy = "The clocks of the storage and of the service that signed the URL differ. Upload again later; if it happens again, report it to ACRCloud."
	case e.Message == "SignatureDoesNotMatch":
		e.Remedy = "The request is not the one that the service has signed: check whether a proxy in between changes requests. If there is none, report it to ACRCloud."
	case e.Message == "EntityTooLarge" || resp.StatusCode == http.StatusRequestEntityTooLarge:
		e.Remedy = "The content is larger than the storage takes at once: split or compress it."
	case resp.StatusCode == http.StatusForbidden:
		e.Remedy = "The storage refused the presigned URL. Upload again; if it happens again, check whether a proxy or firewall is in between."
	}
	return e
}

// passing are the codes, beyond those that come with a status of 5xx or 429, that AWS's own clients retry. ("RequestTimeout" comes with
// 400.)
var passing = map[string]bool{
	"RequestTimeout": true, "RequestTimeoutException": true, "SlowDown": true, "InternalError": true, "ServiceUnavailable": true,
	"Throttling": true, "ThrottlingException": true, "ThrottledException": true, "RequestThrottled": true, "RequestThrottledException": true,
	"TooManyRequestsException": true, "RequestLimitExceeded": true, "BandwidthLimitExceeded": true, "LimitExceededException": true,
	"PriorRequestNotComplete": true, "TransactionInProgressException": true, "ProvisionedThroughputExceededException": true,
}

// storageMayPass reports whether a storage's code names a failure that may pass.
func storageMayPass(e *acrcloud.APIError) bool { return passing[e.Message] }
