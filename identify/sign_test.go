package identify_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/identify"
)

const (
	vectorKey    = "0123456789abcdef0123456789abcdef"
	vectorSecret = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
)

// These were computed with openssl and in two other languages.
func TestSignature(t *testing.T) {
	t.Parallel()
	tests := []struct{ path, key, secret, dataType, timestamp, want string }{
		{"/v1/identify", vectorKey, vectorSecret, "audio", "1700000000", "AHfpdVVgQT/8i4LgGKV4//Dt7vI="},
		{"/v1/identify", vectorKey, vectorSecret, "fingerprint", "1700000000", "8sr7IqlCkkZfvhcQZTEGVMCm69g="},
		{"/v1/identify", vectorKey, vectorSecret, "audio", "1700000000.123", "6Z2fuUBGN6E9EVeiC7oJUc56XAc="},
		{"/v1/identify", vectorKey, vectorSecret, "fingerprint", "1700000000.123", "Qyzx8rqyVXiHxbZ8IuNWIjH+yuk="},
		{"/v1/identify", vectorKey, vectorSecret, "audio", "1700000000123", "WRgNTajAHf+bwKP5UVXixo8f5s8="},
		{"/v1/monitor/identify", vectorKey, vectorSecret, "fingerprint", "1700000000", "UWH2bGxE9h/Cq0cqfyi2PNA4gSQ="},
		{"/v1/identify", "key", "secret", "audio", "12345", "Z7tjVsK1v8ZhZdxfmN3jbF/MfWk="},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, identify.Signature(tt.path, tt.key, tt.secret, tt.dataType, tt.timestamp))
	}
}

func TestSign(t *testing.T) {
	t.Parallel()
	secret := acrcloud.NewSecret(" " + vectorSecret + "\n")
	for _, at := range []time.Time{time.Unix(1700000000, 0), time.Unix(1700000000, 999_999_999), time.Unix(1700000000, 0).In(time.FixedZone("east", 9*3600))} {
		assert.Equal(t, "AHfpdVVgQT/8i4LgGKV4//Dt7vI=", identify.Sign(vectorKey, secret, identify.DataAudio, at))
		assert.Equal(t, "8sr7IqlCkkZfvhcQZTEGVMCm69g=", identify.Sign(vectorKey, secret, identify.DataFingerprint, at))
	}
}
