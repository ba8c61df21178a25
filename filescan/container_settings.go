package filescan

import (
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/endpoint"
)

// A CreateContainerRequest describes a new container. Name, Region and Engine are required.
type CreateContainerRequest struct {
	Name           string          // unique in the account; a second one of that name is refused with 422
	Region         acrcloud.Region // where its files are kept and scanned
	AudioType      AudioType       // LineIn unless set
	Buckets        []Bucket        // what to compare with; engines 1 to 3 find nothing without one
	Engine         Engine          // what to look for
	Policy         Policy          // which parts of a file are scanned; Traverse(0, 10) unless set
	CallbackURL    acrcloud.Secret // where results are posted; its query may carry a secret of yours
	Deepright      *bool           // derivative works detection
	MusicDetection *bool           // music and speech segments
	AIDetection    *bool           // AI-generated music

	Extra map[string]json.RawMessage // members that this SDK does not know, sent as they are
}

// An UpdateContainerRequest changes the fields that are set and leaves the others unchanged. A container's region cannot change.
type UpdateContainerRequest struct {
	Name           *string
	AudioType      *AudioType
	Buckets        []Bucket // nil leaves them
	Engine         *Engine
	Policy         *Policy
	CallbackURL    *acrcloud.Secret // an empty one is sent as null; it is not known whether the service then clears the URL
	Deepright      *bool
	MusicDetection *bool
	AIDetection    *bool

	Extra map[string]json.RawMessage // members that this SDK does not know, sent as they are
}

// body is what Create sends.
func (r *CreateContainerRequest) body() (map[string]any, error) {
	if r == nil {
		return nil, &acrcloud.ArgumentError{Field: "CreateContainerRequest", Problem: "is nil", Remedy: "give at least Name, Region and Engine"}
	}
	const field = "CreateContainerRequest."
	switch {
	case r.Name == "":
		return nil, &acrcloud.ArgumentError{Field: field + "Name", Problem: "is empty", Remedy: "give the container a name that is unique in the account"}
	case !endpoint.IsRegion(string(r.Region)):
		return nil, &acrcloud.ArgumentError{Field: field + "Region", Problem: "is not the name of a region", Remedy: "use acrcloud.EUWest1, USWest2 or APSoutheast1"}
	}
	policy := orTraverse(r.Policy)
	audioType := cmp.Or(r.AudioType, LineIn)
	settings := containerSettings{
		audioType: &audioType, buckets: r.Buckets, engine: &r.Engine, policy: &policy,
		deepright: r.Deepright, musicDetection: r.MusicDetection, aiDetection: r.AIDetection,
	}
	if !r.CallbackURL.IsZero() {
		settings.callbackURL = &r.CallbackURL
	}
	body, err := settings.body(field, r.Extra)
	if err != nil {
		return nil, err
	}
	body["name"], body["region"] = console.ValidName(r.Name), r.Region
	if r.Buckets == nil {
		body["buckets"] = []any{}
	}
	return body, nil
}

// orTraverse is the policy of a request.
func orTraverse(p Policy) Policy {
	if p.Type == "" {
		return Traverse(0, 10)
	}
	return p
}

// body is what Update sends.
func (r *UpdateContainerRequest) body() (map[string]any, error) {
	const field = "UpdateContainerRequest"
	if r == nil {
		return nil, &acrcloud.ArgumentError{Field: field, Problem: "is nil", Remedy: "set the fields to change"}
	}
	body, err := containerSettings{
		audioType: r.AudioType, buckets: r.Buckets, engine: r.Engine, policy: r.Policy, callbackURL: r.CallbackURL,
		deepright: r.Deepright, musicDetection: r.MusicDetection, aiDetection: r.AIDetection,
	}.body(field+".", r.Extra)
	if err != nil {
		return nil, err
	}
	if r.Name != nil {
		if *r.Name == "" {
			return nil, &acrcloud.ArgumentError{Field: field + ".Name", Problem: "is empty", Remedy: "leave it nil to keep the name"}
		}
		body["name"] = *r.Name
	}
	if len(body) == 0 {
		return nil, &acrcloud.ArgumentError{Field: field, Problem: "changes nothing", Remedy: "set the fields to change"}
	}
	return body, nil
}

// containerSettings are what both requests can set.
type containerSettings struct {
	audioType                              *AudioType
	buckets                                []Bucket
	engine                                 *Engine
	policy                                 *Policy
	callbackURL                            *acrcloud.Secret
	deepright, musicDetection, aiDetection *bool
}

func (s containerSettings) body(field string, extra map[string]json.RawMessage) (map[string]any, error) {
	body := make(map[string]any, len(extra)+8)
	for name, value := range extra {
		if !json.Valid(value) {
			return nil, &acrcloud.ArgumentError{Field: field + "Extra", Problem: fmt.Sprintf("has a member %q that is not JSON", name), Remedy: "encode its value with json.Marshal"}
		}
		body[name] = value
	}
	put(body, "audio_type", s.audioType)
	put(body, "deepright", s.deepright)
	put(body, "music_detection", s.musicDetection)
	put(body, "ai_detection", s.aiDetection)
	if s.engine != nil {
		if *s.engine < 1 {
			return nil, &acrcloud.ArgumentError{Field: field + "Engine", Problem: "is below 1", Remedy: "use EngineFingerprint or another of the Engine constants"}
		}
		body["engine"] = int(*s.engine)
	}
	if s.policy != nil {
		body["policy"] = s.policy
	}
	if s.buckets != nil {
		list := make([]any, 0, len(s.buckets))
		for _, b := range s.buckets {
			switch {
			case b.ID > 0:
				list = append(list, b.ID)
			case b.ID == 0 && b.Name != "":
				list = append(list, b.Name)
			default:
				return nil, &acrcloud.ArgumentError{Field: field + "Buckets", Problem: "has a bucket without id and name", Remedy: "use BucketID or BucketName"}
			}
		}
		body["buckets"] = list
	}
	if s.callbackURL != nil {
		if s.callbackURL.IsZero() {
			body["callback_url"] = nil
			return body, nil
		}
		rules := endpoint.Rules{Example: "use an https URL that the service can reach", Insecure: true, Query: true, UserInfo: true}
		if _, bad := rules.Parse(s.callbackURL.Reveal()); bad != nil {
			return nil, &acrcloud.ArgumentError{Field: field + "CallbackURL", Problem: bad.Problem, Remedy: bad.Remedy}
		}
		body["callback_url"] = s.callbackURL.Reveal()
	}
	return body, nil
}

func put[T any](body map[string]any, name string, value *T) {
	if value != nil {
		body[name] = *value
	}
}
