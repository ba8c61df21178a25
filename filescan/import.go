package filescan

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A Remote is content that the service fetches itself. Make one with [AudioURL] or [Platform].
type Remote struct {
	dataType DataType
	schemes  []string
	url      acrcloud.Secret // it may be signed
}

// The data types of imports.
const (
	audioURL  = "audio_url"
	platforms = "platforms"
)

// AudioURL is an audio or video file at an http, https or ftp URL.
func AudioURL(url string) Remote {
	return Remote{dataType: audioURL, schemes: []string{"http", "https", "ftp"}, url: acrcloud.NewSecret(url)}
}

// Platform is the page of a video, channel or playlist on a platform that the service can download from, such as YouTube, Vimeo,
// TikTok or Twitter. The service does not list the results of channels and playlists.
func Platform(url string) Remote {
	return Remote{dataType: platforms, schemes: []string{"http", "https"}, url: acrcloud.NewSecret(url)}
}

// IsZero reports whether the Remote is the zero Remote.
func (r Remote) IsZero() bool { return r.dataType == "" }

// ImportOptions are the options of an import.
type ImportOptions struct {
	Name string // the file's name in the container; empty: the service chooses

	// UniqueName promises that Name is this import's alone, as [UploadOptions.UniqueName] does: a file of the name is returned, not made
	// again, and so the import can be repeated after any error.
	UniqueName bool

	// OnTicket is called right before the request that makes the file and is billed, as [UploadOptions.OnTicket] is. The [Ticket] has no
	// URL: after a crash, [Files.Resume] finds the file, and only a new import can make it.
	OnTicket func(ctx context.Context, t Ticket) error
}

// Import creates a file from content that the service fetches. It calls GET and POST
// /api/fs-containers/{container}/files; without a name only the latter. Each import creates a new file and is billed,
// unless [ImportOptions.UniqueName] finds the file that was created before. The POST is sent once, unless the service
// cannot have accepted it. If it may have been processed although no success came back, the file is looked for by its
// name, and returned if UniqueName proves that it is this import's. Otherwise the error, an [*UploadError], matches
// [acrcloud.ErrOutcomeUnknown].
func (f *Files) Import(ctx context.Context, remote Remote, opts *ImportOptions) (*File, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	u, err := remote.parse()
	if err != nil {
		return nil, err
	}
	var o ImportOptions
	if opts != nil {
		o = *opts
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	t := Ticket{ContainerID: f.containerID, Name: console.ValidName(o.Name), DataType: remote.dataType, UniqueName: o.UniqueName}
	base, err := f.base(ctx)
	if err != nil {
		return nil, err
	}
	file, err := newFile{files: f, ticket: t, onTicket: o.OnTicket, send: f.fetch(base, remote, t.Name, console.URLSecrets(u))}.create(ctx)
	if stopped, ok := errors.AsType[*UploadError](err); ok && stopped.Name == "" {
		stopped.Name = u.Host + u.Path
	}
	return file, err
}

// fetch returns the request that creates a file from content that the service fetches.
func (f *Files) fetch(base string, remote Remote, name string, secrets []string) func(context.Context, again) (*File, error) {
	return func(ctx context.Context, again again) (file *File, err error) {
		body := map[string]any{"data_type": remote.dataType, "url": remote.url.Reveal()}
		if name != "" {
			body["name"] = name
		}
		data, err := console.JSON(body)
		if err != nil {
			return nil, err
		}
		req := &transport.Request{
			Op: "files.import", Cost: transport.Billed, Method: http.MethodPost, URL: base, Secrets: secrets, Check: f.decodeFile(&file), BeforeRetry: again,
		}
		console.SetJSON(req, data)
		_, err = f.client.api.Send(ctx, req)
		return file, err
	}
}

func (o ImportOptions) check() error {
	if err := console.CheckName("ImportOptions.Name", o.Name); err != nil {
		return err
	}
	if o.UniqueName {
		return console.CheckUniqueName("ImportOptions.Name", o.Name)
	}
	return nil
}

func (r Remote) parse() (*url.URL, error) {
	refuse := func(problem, remedy string) (*url.URL, error) {
		return nil, &acrcloud.ArgumentError{Field: "Remote", Problem: problem, Remedy: remedy}
	}
	if r.IsZero() || r.url.IsZero() {
		return refuse("has no URL", "use AudioURL or Platform")
	}
	u, err := url.Parse(r.url.Reveal())
	if err != nil || u.Host == "" || !slices.Contains(r.schemes, strings.ToLower(u.Scheme)) {
		return refuse("is not a URL that the service can fetch", "use "+strings.Join(r.schemes, ", ")+" with a host")
	}
	return u, nil
}
