package multipart_test

import (
	"bytes"
	"errors"
	"io"
	"mime"
	stdmultipart "mime/multipart"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/internal/multipart"
)

func TestFormRoundTrip(t *testing.T) {
	t.Parallel()
	names := []string{"song.mp3", `quo"te\back.wav`, "Ünïcødé 歌.flac", "a b;c=d.ogg"}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content := strings.Repeat("content\r\n--", 1000)
			form, err := multipart.New([]multipart.Field{{Name: "data_type", Value: "audio"}, {Name: "name", Value: "ä"}},
				multipart.File{Field: "file", Name: name, ContentType: "audio/mpeg"})
			require.NoError(t, err)
			body, err := io.ReadAll(form.Reader(strings.NewReader(content)))
			require.NoError(t, err)
			assert.EqualValues(t, len(body), form.Length(int64(len(content))))

			_, params, err := mime.ParseMediaType(form.ContentType())
			require.NoError(t, err)
			parsed, err := stdmultipart.NewReader(bytes.NewReader(body), params["boundary"]).ReadForm(1 << 20)
			require.NoError(t, err)
			assert.Equal(t, []string{"audio"}, parsed.Value["data_type"])
			assert.Equal(t, []string{"ä"}, parsed.Value["name"])
			require.Len(t, parsed.File["file"], 1)
			part := parsed.File["file"][0]
			assert.Equal(t, name, part.Filename)
			assert.Equal(t, "audio/mpeg", part.Header.Get("Content-Type"))
			f, err := part.Open()
			require.NoError(t, err)
			got, err := io.ReadAll(f)
			require.NoError(t, err)
			assert.Equal(t, content, string(got))
		})
	}
}

func TestFormKeepsHeaderInOnePiece(t *testing.T) {
	t.Parallel()
	form, err := multipart.New(nil, multipart.File{Field: "file", Name: "a\r\nX-Injected: 1\r\n\r\nb", ContentType: "audio/mpeg"})
	require.NoError(t, err)
	body, err := io.ReadAll(form.Reader(strings.NewReader("x")))
	require.NoError(t, err)
	assert.NotContains(t, string(body), "\r\nX-Injected")
}

func TestFormEndsWithTheSourcesError(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	form, err := multipart.New(nil, multipart.File{Field: "file", Name: "a", ContentType: "audio/mpeg"})
	require.NoError(t, err)
	body, err := io.ReadAll(form.Reader(io.MultiReader(strings.NewReader("half"), errReader{broken})))
	require.ErrorIs(t, err, broken)
	assert.Len(t, body, int(form.HeadLength())+4, "no tail: nobody can take it for complete")
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }
