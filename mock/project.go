package mock

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the protocol's own choice
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// A project is a recognition project.
type project struct {
	id           int
	account      *account
	name         string
	region       acrcloud.Region
	accessKey    string
	accessSecret string
	serviceType  string
	audioType    string
	externalIDs  []string
	buckets      []*bucket // nil: all of the account's, and the service's own
	usage        map[string]*projectUsage

	created, updated time.Time
}

// searched returns the buckets that samples are compared with.
func (p *project) searched() []*bucket {
	if p.buckets != nil {
		return p.buckets
	}
	return append([]*bucket{p.account.music}, p.account.buckets.all(nil)...)
}

// searches reports whether samples are compared with the bucket of a track. A track in an unknown bucket is found by
// projects with all buckets.
func (p *project) searches(t *Track) bool {
	return t.BucketID != NoBucket && (p.buckets == nil || (&settings{Buckets: p.buckets}).searches(t))
}

func (p *project) host() string {
	if p.region == acrcloud.CNNorth1 {
		return "identify-cn-north-1.acrcloud.cn"
	}
	return "identify-" + string(p.region) + ".acrcloud.com"
}

// AddProject adds another project to that of [Server.Config], and returns its host, access key and access secret. The
// region is eu-west-1, us-west-2, ap-southeast-1 or, in China, cn-north-1. The key of one project with the secret of
// another gets code 3014. On the public host of another region, a project is unknown and gets 3001, which is an
// assumption. After [Server.Start], one address serves all regions.
func (s *Server) AddProject(region acrcloud.Region) (acrcloud.Config, error) {
	if all := (place{}).containerRegions(); !slices.Contains(all, region) {
		return acrcloud.Config{}, fmt.Errorf("mock: %q is not the region of a project: use one of %s", region, all)
	}
	s.lock()
	defer s.mu.Unlock()
	p := s.newProject(region)
	s.changed()
	return s.identifyConfig(p), nil
}

// newProject adds a project to the server's account, with all buckets. The lock must be held.
func (s *Server) newProject(region acrcloud.Region) *project {
	return s.addProject(s.own, &project{name: "project of " + string(region), region: region, serviceType: "AVR", audioType: "linein"})
}

// addProject adds a project, and gives it its keys. The lock must be held.
func (s *Server) addProject(a *account, p *project) *project {
	now := s.now()
	p.account, p.accessKey, p.accessSecret = a, hexadecimal(s.random, 32), hexadecimal(s.random, 40)
	p.id, p.created, p.updated, p.usage = s.newID(), now, now, map[string]*projectUsage{}
	a.projects.add(p.id, p)
	s.projects = append(s.projects, p)
	return p
}

// identifyConfig requires the lock.
func (s *Server) identifyConfig(p *project) acrcloud.Config {
	cfg := acrcloud.Config{Name: "mock", IdentifyHost: p.host(), IdentifyAccessKey: acrcloud.NewSecret(p.accessKey), IdentifyAccessSecret: acrcloud.NewSecret(p.accessSecret)}
	if s.listening != nil {
		cfg.IdentifyHost = s.listening.main
		if own := s.listening.regions[p.region]; own != "" {
			cfg.IdentifyHost = own
		}
	}
	return cfg
}

// authenticate checks key and signature, and returns a code or 0. It ignores the time: no window is known, and the
// service accepts the same request again.
func (s *Server) authenticate(where place, f *identifyForm) int {
	s.lock()
	defer s.mu.Unlock()
	code := codeInvalidKey
	for _, v := range []func(name string) string{f.first, f.last} { // some clients send additional fields with the protocol's names
		for _, p := range s.projects {
			if v("access_key") != p.accessKey || !where.knows(p.region) {
				continue
			}
			if code = codeInvalidSignature; !p.signed(v) {
				continue
			}
			if s.suspended {
				return codeAccount
			}
			f.value, f.project = v, p
			return codeSuccess
		}
	}
	return code
}

// signed reports whether the fields have the right signature for the project's secret. It is over the version, which is constant: there is
// no signature of another.
func (p *project) signed(v func(name string) string) bool {
	if version := v("signature_version"); version != "" && version != "1" {
		return false
	}
	text := strings.Join([]string{http.MethodPost, identifyPath, v("access_key"), v("data_type"), v("signature_version"), v("timestamp")}, "\n")
	mac := hmac.New(sha1.New, []byte(p.accessSecret))
	_, _ = mac.Write([]byte(text))
	given, err := base64.StdEncoding.DecodeString(strings.TrimSpace(v("signature"))) // one client appends a line feed
	return err == nil && hmac.Equal(given, mac.Sum(nil))
}
