package acrcloud_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

func ExampleReadConfigs() {
	configs, err := acrcloud.ReadConfigs(strings.NewReader(`[
		{"name": "scans", "bearer_token": "eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiIxMDAxIn0.c2lnbmF0dXJl", "container_id": 10005},
		{"name": "radio", "identify_host": "identify-eu-west-1.acrcloud.com", "identify_access_key": "0123456789abcdef", "identify_access_secret": "s3cret"}
	]`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range configs {
		fmt.Printf("%s: token %s, access key %s\n", c.Name, c.BearerToken.Describe(), c.IdentifyAccessKey.Describe())
	}
	// Output:
	// scans: token 51 characters, ending in …dXJl, access key empty
	// radio: token empty, access key 16 characters, ending in …cdef
}

// A mistake is named by its place, with the remedy.
func ExampleReadConfigs_mistake() {
	_, err := acrcloud.ReadConfigs(strings.NewReader(`[
		{"name": "scans", "container_id": 10005},
		{"name": "radio", "access_secret": "s3cret"}
	]`))
	fmt.Println(err)
	fmt.Println(errors.Is(err, acrcloud.ErrInvalidArgument))
	// Output:
	// acrcloud: [1].access_secret is unknown: did you mean identify_access_secret?
	// true
}

func ExampleSecret() {
	token := acrcloud.NewSecret(" eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiIxMDAxIn0.c2lnbmF0dXJl\n")
	fmt.Println(token)
	fmt.Printf("%#v\n", acrcloud.Config{BearerToken: token}.BearerToken)
	slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})).Info("signed in", "token", token)
	fmt.Println(token.Describe())
	fmt.Println(len(token.Reveal()))
	// Output:
	// [redacted]
	// [redacted]
	// level=INFO msg="signed in" token=[redacted]
	// 51 characters, ending in …dXJl
	// 51
}

func ExampleDetectFormat() {
	fmt.Println(acrcloud.DetectFormat([]byte("fLaC\x00\x00\x00\x22\x10\x00\x10\x00")))
	fmt.Println(acrcloud.DetectFormat([]byte("\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00isomiso2")))
	fmt.Println(acrcloud.DetectFormat([]byte("MZ\x90\x00\x03\x00\x00\x00")) == acrcloud.FormatUnknown) // a program, whatever its name
	// Output:
	// flac
	// m4a
	// true
}

// The formats for an upload policy that takes audio only.
func ExampleFormat_Video() {
	audio := slices.DeleteFunc(acrcloud.Formats(), acrcloud.Format.Video)
	fmt.Println(audio)
	// Output:
	// [mp3 mp2 aac m4a wav aiff flac ape ogg opus spx amr wma]
}

// errors.Is tells what a failure means, and errors.AsType gives what the service said.
func ExampleAPIError() {
	err := fmt.Errorf("nightly scan: %w", &acrcloud.APIError{
		Op: "containers.create", Method: "POST", Path: "/api/fs-containers", StatusCode: 422, Message: "The given data was invalid.",
		Fields: map[string][]string{"name": {"The name has already been taken."}},
	})
	if errors.Is(err, acrcloud.ErrInvalid) {
		fmt.Println("refused as invalid")
	}
	if e, ok := errors.AsType[*acrcloud.APIError](err); ok {
		fmt.Println(e.StatusCode, e.Fields["name"])
		fmt.Println(e.Hint())
	}
	// Output:
	// refused as invalid
	// 422 [The name has already been taken.]
	// Correct what the service names: name: The name has already been taken.
}

func ExampleArgumentError() {
	_, err := acrcloud.ReadConfigs(strings.NewReader(`{"container_id": "my container"}`))
	if e, ok := errors.AsType[*acrcloud.ArgumentError](err); ok {
		fmt.Println("field:  ", e.Field)
		fmt.Println("problem:", e.Problem)
		fmt.Println("remedy: ", e.Remedy)
	}
	// Output:
	// field:   container_id
	// problem: is not a positive integer
	// remedy:  use the number that the console shows for the container, or leave it out
}

func ExampleDiagnosis_Err() {
	diagnosis := &acrcloud.Diagnosis{Checks: []acrcloud.Check{
		{Name: "token", Outcome: acrcloud.Passed, Seen: "a JWT of 1021 characters, ending in …d3Fk"},
		{Name: "container", Outcome: acrcloud.Failed, Seen: "container 10005 is unknown", Remedy: "check Config.ContainerID"},
	}}
	for _, check := range diagnosis.Checks {
		fmt.Println(check.Outcome, check.Name)
	}
	fmt.Println(diagnosis.Err())
	// Output:
	// passed token
	// failed container
	// acrcloud: check "container" failed: container 10005 is unknown: check Config.ContainerID
}
