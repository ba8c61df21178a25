package identify

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the protocol's own choice; in an HMAC it is not known to be weak
	"encoding/base64"
	"strconv"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// identifyPath is the path of the endpoint, which is signed too.
const identifyPath = "/v1/identify"

// signatureVersion is the only one there is.
const signatureVersion = "1"

// DataType is the kind of a sample. It is part of the signature. The DataType of package filescan has other values.
type DataType string

// The data types of the protocol.
const (
	DataAudio       DataType = "audio"       // an audio or video file
	DataFingerprint DataType = "fingerprint" // what ACRCloud's own tools have made of one, humming included
)

// Sign returns the signature of an identification request, for programs that send it themselves: Base64 of the HMAC-SHA1, with the
// access secret, over the method, the path "/v1/identify", the access key, the data type, the version 1 and the time, one a line. The
// form field "timestamp" must be at in decimal Unix seconds. The body is not signed.
//
// [Client.Identify] signs its requests itself.
func Sign(accessKey string, secret acrcloud.Secret, dataType DataType, at time.Time) string {
	return signature(identifyPath, accessKey, secret.Reveal(), string(dataType), timestamp(at))
}

// timestamp formats a time for the signature and the request. To the service it is an opaque string.
func timestamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

func signature(path, key, secret, dataType, timestamp string) string {
	mac := hmac.New(sha1.New, []byte(secret))
	_, _ = mac.Write([]byte("POST\n" + path + "\n" + key + "\n" + dataType + "\n" + signatureVersion + "\n" + timestamp)) // never fails
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
