package filescan

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A Remote is content that the service fetches itself. Make one with [AudioURL] or [Platform].
type Remote struct {
	dataType string
	schemes  []string
	url      acrcloud.Secret // it may be signed
}

// AudioURL is an audio or video file at an http, https or ftp URL.
func AudioURL(url string) Remote {
	return Remote{dataType: "audio_url", schemes: []string{"http", "https", "ftp"}, url: acrcloud.NewSecret(url)}
}

// Platform is the page of a video, channel or playlist on a platform that the service can download from, such as YouTube, Vimeo,
// TikTok or Twitter. The service does not list the results of channels and playlists.
func Platform(url string) Remote {
	return Remote{dataType: "platforms", schemes: []string{"http", "https"}, url: acrcloud.NewSecret(url)}
}

// ImportOptions are the options of an import.
type ImportOptions struct {
	Name string // the file's name in the container; empty: the service chooses
}

// Import makes a file of content that the service fetches. It calls POST /api/fs-containers/{container}/files. Each import
// makes a new file and is billed. It is sent once, unless the service cannot have accepted it; where its answer is lost, a file
// of ImportOptions.Name is looked for as [Files.Upload] does, else the error, an [*UploadError], matches
// [acrcloud.ErrOutcomeUnknown].
func (f *Files) Import(ctx context.Context, remote Remote, opts *ImportOptions) (*File, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	u, err := remote.parse()
	if err != nil {
		return nil, err
	}
	body := map[string]any{"data_type": remote.dataType, "url": remote.url.Reveal()}
	var name string
	if opts != nil && opts.Name != "" {
		name = opts.Name
		if err := checkName("ImportOptions.Name", name); err != nil {
			return nil, err
		}
		body["name"] = name
	}
	data, err := jsonBody(body)
	if err != nil {
		return nil, err
	}
	base, err := f.base(ctx)
	if err != nil {
		return nil, err
	}
	r := &record{files: f, name: name, dataType: remote.dataType, resend: func() bool { return false }, post: func(ctx context.Context) (file *File, err error) {
		req := &transport.Request{
			Op: "files.import", Cost: transport.Billed, Method: http.MethodPost, URL: base, Secrets: []string{u.RawQuery}, Check: newFile(&file),
		}
		setJSON(req, data)
		_, err = f.client.send(ctx, req)
		return file, err
	}}
	file, candidates, err := r.create(ctx)
	if err != nil {
		return nil, &UploadError{Step: StepRecord, Name: orDefault(name, u.Host+u.Path), Candidates: candidates, Err: err}
	}
	return file, nil
}

func (r Remote) parse() (*url.URL, error) {
	refuse := func(problem, remedy string) (*url.URL, error) {
		return nil, &acrcloud.ArgumentError{Field: "Remote", Problem: problem, Remedy: remedy}
	}
	if r.dataType == "" || r.url.IsZero() {
		return refuse("has no URL", "use AudioURL or Platform")
	}
	u, err := url.Parse(r.url.Reveal())
	if err != nil || u.Host == "" || !slices.Contains(r.schemes, strings.ToLower(u.Scheme)) {
		return refuse("is not a URL that the service can fetch", "use "+strings.Join(r.schemes, ", ")+" with a host")
	}
	return u, nil
}
