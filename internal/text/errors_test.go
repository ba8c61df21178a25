package text_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock/scenario"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// errorTypes has a value of every exported error type of the SDK; TestErrorsAreSafe fails where one is missing.
func errorTypes() map[string]error {
	return map[string]error{
		"acrcloud.APIError":      &acrcloud.APIError{},
		"acrcloud.ArgumentError": &acrcloud.ArgumentError{},
		"acrcloud.DecodeError":   &acrcloud.DecodeError{},
		"acrcloud.SourceError":   &acrcloud.SourceError{},
		"acrcloud.TokenError":    &acrcloud.TokenError{},
		"batch.Failure":          &batch.Failure{},
		"console.DayError":       &console.DayError{},
		"console.FileStateError": &console.FileStateError{},
		"console.UploadError":    &console.UploadError{},
		"console.WaitError":      &console.WaitError{},
		"filescan.ScanError":     &filescan.ScanError{},
		"scenario.Error":         &scenario.Error{},
		"filescan.UploadError":   &filescan.UploadError{},
		"filescan.WaitError":     &filescan.WaitError{},
		"webhook.RequestError":   &webhook.RequestError{},
		"webhook.ShutdownError":  &webhook.ShutdownError{},
	}
}

// sinister is what somebody may have put into a title, a name or a message.
const sinister = "a\x1b[2J\x07\x9b31m\u009b\u202e\u2066\u200f\u2028\n\r\t\x7f\xffz"

// TestErrorsAreSafe fills every exported field of every exported error type with text that would take over a terminal.
func TestErrorsAreSafe(t *testing.T) {
	t.Parallel()
	types := errorTypes()
	names := exportedErrors(t)
	assert.NotEmpty(t, names)
	for _, name := range names {
		assert.Contains(t, types, name, "add the type to errorTypes")
	}
	for name, err := range types {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			safe(t, err) // the zero value
			for _, unknown := range []error{nil, acrcloud.ErrOutcomeUnknown, acrcloud.ErrTooLarge} {
				fill(reflect.ValueOf(err).Elem(), errors.Join(errors.New(sinister), unknown))
				safe(t, err)
				safe(t, fmt.Errorf("around it: %w", err))
			}
		})
	}
	d := acrcloud.Diagnosis{Checks: []acrcloud.Check{{Name: sinister, Outcome: acrcloud.Failed, Seen: sinister, Remedy: sinister}}}
	safe(t, d.Err())
}

func safe(t *testing.T, err error) {
	t.Helper()
	shown := err.Error()
	require.NotEmpty(t, shown)
	require.True(t, utf8.ValidString(shown), "%q", shown)
	for _, r := range shown {
		require.False(t, unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control), "%q", shown)
	}
}

// fill sets what text, errors and numbers there are in v, to a depth at which the types repeat themselves.
func fill(v reflect.Value, err error) { fillTo(v, err, 4) }

func fillTo(v reflect.Value, err error, depth int) {
	if depth == 0 || !v.CanSet() {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(sinister)
	case reflect.Int, reflect.Int64:
		v.SetInt(500)
	case reflect.Interface:
		if v.Type() == reflect.TypeFor[error]() {
			v.Set(reflect.ValueOf(err))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillTo(v.Elem(), err, depth-1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillTo(v.Index(0), err, depth-1)
	case reflect.Map:
		key, element := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fillTo(key, err, depth-1)
		fillTo(element, err, depth-1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, element)
	case reflect.Struct:
		for _, field := range v.Fields() {
			fillTo(field, err, depth-1)
		}
	}
}

// exportedErrors names the exported types of this module's packages that have a method Error.
func exportedErrors(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "*", "*.go"))
	require.NoError(t, err)
	var names []string
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			method, ok := decl.(*ast.FuncDecl)
			if !ok || method.Recv == nil || method.Name.Name != "Error" {
				continue
			}
			receiver := method.Recv.List[0].Type
			if star, ok := receiver.(*ast.StarExpr); ok {
				receiver = star.X
			}
			if name, ok := receiver.(*ast.Ident); ok && name.IsExported() {
				names = append(names, file.Name.Name+"."+name.Name)
			}
		}
	}
	return names
}
