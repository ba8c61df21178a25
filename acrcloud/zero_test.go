package acrcloud_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// zeroValues are the zero values of the exported types; TestZeroValues fails where one is missing.
var zeroValues = []any{
	new(acrcloud.APIError), new(acrcloud.Agency), new(acrcloud.AgencyWork), new(acrcloud.Album), new(acrcloud.ArgumentError), new(acrcloud.Artist), new(acrcloud.Attempt),
	new(acrcloud.Check), new(acrcloud.Config), new(acrcloud.Content), new(acrcloud.Contributors), new(acrcloud.Creator), new(acrcloud.CustomFile), new(acrcloud.DecodeError),
	new(acrcloud.Diagnosis), new(acrcloud.Distributor), new(acrcloud.ExternalIDs), new(acrcloud.ExternalMetadata), new(acrcloud.Format), new(acrcloud.Genre), new(acrcloud.Lang), new(acrcloud.Link),
	new(acrcloud.Listing), new(acrcloud.ListingItem), new(acrcloud.LyricFind), new(acrcloud.Lyrics), new(acrcloud.Music), new(acrcloud.Outcome), new(acrcloud.Region),
	new(acrcloud.RetryPolicy), new(acrcloud.RightsClaim), new(acrcloud.RightsOwner), new(acrcloud.Secret), new(acrcloud.Source), new(acrcloud.SourceError), new(acrcloud.Stream),
	new(acrcloud.TerritoryRelease), new(acrcloud.TokenError), new(acrcloud.Work), new(acrcloud.YouTubeVideo),
}

// Every method of every zero value returns, whatever it returns, and nothing panics, in no goroutine.
func TestZeroValues(t *testing.T) {
	t.Parallel()
	var covered []string
	for _, zero := range zeroValues {
		v := reflect.ValueOf(zero)
		name := v.Type().Elem().Name()
		covered = append(covered, name)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i := range v.NumMethod() {
				call(t, v.Method(i), v.Type().Method(i).Name)
			}
		})
	}
	for _, name := range exportedTypes(t) {
		assert.Contains(t, covered, name, "add the type to zeroValues")
	}
}

// call calls a method with plain arguments, and reads to its end what it returns.
func call(t *testing.T, method reflect.Value, name string) {
	t.Helper()
	kind := method.Type()
	args := make([]reflect.Value, 0, kind.NumIn())
	for in := range kind.Ins() {
		switch in {
		case reflect.TypeFor[context.Context]():
			args = append(args, reflect.ValueOf(t.Context()))
		case reflect.TypeFor[[]byte]():
			args = append(args, reflect.ValueOf([]byte(`{}`)))
		default:
			if in.Kind() == reflect.Interface && in != reflect.TypeFor[error]() {
				return // Format and the like, which fmt calls
			}
			args = append(args, reflect.Zero(in))
		}
	}
	assert.NotPanics(t, func() {
		for _, result := range method.Call(args) {
			if r, ok := reflect.TypeAssert[io.ReadCloser](result); ok {
				_, _ = io.Copy(io.Discard, r)
				_ = r.Close()
			}
		}
	}, name)
}

// exportedTypes names the exported types of this package that can have a value: no interfaces, and no functions.
func exportedTypes(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var names []string
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			types, ok := decl.(*ast.GenDecl)
			if !ok || types.Tok != token.TYPE {
				continue
			}
			for _, spec := range types.Specs {
				spec := spec.(*ast.TypeSpec)
				switch spec.Type.(type) {
				case *ast.InterfaceType, *ast.FuncType:
				default:
					if spec.Name.IsExported() {
						names = append(names, spec.Name.Name)
					}
				}
			}
		}
	}
	return names
}

func TestZeroContent(t *testing.T) {
	t.Parallel()
	var c acrcloud.Content
	_, err := c.NewReader(t.Context())
	require.ErrorContains(t, err, "no content")
	require.ErrorAs(t, err, new(*acrcloud.SourceError))
	require.ErrorContains(t, c.Spool(t.Context(), 1), "no content")
	require.NoError(t, c.Close())
	_, err = acrcloud.Source{}.Open(t.Context())
	require.ErrorContains(t, err, "no content")
}
