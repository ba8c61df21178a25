package gate_test

import (
	"bytes"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// parse returns the documentation of a package, as in go doc.
func parse(t *testing.T, dir string) (*doc.Package, *token.FileSet) {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(dir), "*.go"))
	require.NoError(t, err)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, file)
	}
	p, err := doc.NewFromFiles(fset, files, "github.com/musicchartsai/acrcloud-go/"+dir)
	require.NoError(t, err)
	return p, fset
}

// A symbol is an exported name: its declaration in one or a few lines, and its comment.
type symbol struct {
	name    string
	decl    string
	comment string
}

// exported returns the exported symbols of a package, sorted: functions, methods, types with their exported fields,
// constants and variables.
func exported(t *testing.T, dir string) []symbol {
	t.Helper()
	p, fset := parse(t, dir)
	var symbols []symbol
	show := func(node any) string {
		var b bytes.Buffer
		require.NoError(t, (&printer.Config{Mode: printer.UseSpaces, Tabwidth: 4}).Fprint(&b, fset, node))
		return b.String()
	}
	function := func(prefix string, f *doc.Func) {
		decl := *f.Decl
		decl.Doc, decl.Body = nil, nil
		symbols = append(symbols, symbol{prefix + f.Name, show(&decl), f.Doc})
	}
	values := func(list []*doc.Value) {
		for _, v := range list {
			for _, spec := range v.Decl.Specs {
				value := spec.(*ast.ValueSpec)
				for i, name := range value.Names {
					if !name.IsExported() {
						continue
					}
					text := v.Decl.Tok.String() + " " + name.Name
					if value.Type != nil {
						text += " " + show(value.Type)
					}
					if v.Decl.Tok == token.CONST && i < len(value.Values) {
						text += " = " + show(value.Values[i])
					}
					comment := v.Doc
					if value.Doc != nil {
						comment += value.Doc.Text()
					}
					if value.Comment != nil {
						comment += value.Comment.Text()
					}
					symbols = append(symbols, symbol{name.Name, text, comment})
				}
			}
		}
	}
	values(p.Consts)
	values(p.Vars)
	for _, f := range p.Funcs {
		function("", f)
	}
	for _, typ := range p.Types {
		values(typ.Consts)
		values(typ.Vars)
		for _, f := range typ.Funcs {
			function("", f)
		}
		for _, m := range typ.Methods {
			function(typ.Name+".", m)
		}
		spec := typ.Decl.Specs[0].(*ast.TypeSpec)
		symbols = append(symbols, symbol{typ.Name, "type " + header(spec, show), typ.Doc})
		symbols = append(symbols, members(spec, show)...)
	}
	slices.SortFunc(symbols, func(a, b symbol) int { return strings.Compare(a.name, b.name) })
	return symbols
}

// header returns a type's declaration without its fields or methods.
func header(spec *ast.TypeSpec, show func(any) string) string {
	name := spec.Name.Name
	if spec.TypeParams != nil {
		var params []string
		for _, p := range spec.TypeParams.List {
			for _, n := range p.Names {
				params = append(params, n.Name+" "+show(p.Type))
			}
		}
		name += "[" + strings.Join(params, ", ") + "]"
	}
	if spec.Assign.IsValid() {
		name += " ="
	}
	switch t := spec.Type.(type) {
	case *ast.StructType:
		return name + " struct"
	case *ast.InterfaceType:
		return name + " interface"
	default:
		return name + " " + show(t)
	}
}

// members returns the exported fields of a struct, or the methods of an interface.
func members(spec *ast.TypeSpec, show func(any) string) []symbol {
	var list *ast.FieldList
	kind := "field"
	switch t := spec.Type.(type) {
	case *ast.StructType:
		list = t.Fields
	case *ast.InterfaceType:
		list, kind = t.Methods, "method"
	default:
		return nil
	}
	var symbols []symbol
	above := "" // a comment above a group of fields applies to all of them
	for _, f := range list.List {
		comment := ""
		if f.Doc != nil {
			comment = f.Doc.Text()
		}
		if f.Comment != nil {
			comment += f.Comment.Text()
		}
		if comment != "" {
			above = comment
		}
		for _, n := range f.Names {
			if !n.IsExported() {
				continue
			}
			text := kind + " " + spec.Name.Name + "." + n.Name + " " + strings.TrimPrefix(show(f.Type), "func")
			if kind == "field" {
				text = kind + " " + spec.Name.Name + "." + n.Name + " " + show(f.Type)
			}
			if f.Tag != nil {
				text += " " + f.Tag.Value
			}
			symbols = append(symbols, symbol{spec.Name.Name + "." + n.Name, text, above})
		}
		if len(f.Names) == 0 {
			symbols = append(symbols, symbol{spec.Name.Name + ".~", "embedded " + spec.Name.Name + " " + show(f.Type), "embedded"})
		}
	}
	return symbols
}

func TestAPI(t *testing.T) {
	t.Parallel()
	var all []string
	for _, dir := range packages(t) {
		name := strings.ReplaceAll(dir, "/", "_") + ".txt"
		all = append(all, name)
		var b strings.Builder
		for _, s := range exported(t, dir) {
			b.WriteString(s.decl + "\n")
		}
		golden(t, name, b.String())
	}
	listings, err := fs.Glob(osRoot(t), "*.txt")
	require.NoError(t, err)
	assert.ElementsMatch(t, append(all, "dependencies.txt"), listings, "a package was added or removed")
}

func TestEverythingIsDocumented(t *testing.T) {
	t.Parallel()
	for _, dir := range packages(t) {
		p, _ := parse(t, dir)
		assert.NotEmpty(t, p.Doc, "package %s", dir)
		for _, s := range exported(t, dir) {
			if !strings.HasPrefix(s.decl, "field ") && !strings.HasPrefix(s.decl, "method ") { // the type's comment may be enough
				assert.NotEmpty(t, strings.TrimSpace(s.comment), "%s: %s", dir, s.decl)
			}
		}
	}
}

// callsAPI are the types whose methods with a context call the service.
var callsAPI = map[string]*regexp.Regexp{
	"filescan": regexp.MustCompile(`^(Containers|Files)\.`),
	"console":  regexp.MustCompile(`^[A-Z]\w*\.`),
	"identify": regexp.MustCompile(`^Client\.`),
}

// notAPI are methods with a context that have no path of their own: the caller passes one, or they call other methods.
var notAPI = regexp.MustCompile(`\.(Check|Do)$`)

var (
	takesContext = regexp.MustCompile(`^func \([^)]*\) \w+\(ctx context\.Context`)
	namesPath    = regexp.MustCompile(`\b(GET|POST|PUT|PATCH|DELETE)\s+/[a-z0-9{}/:_-]+`)
	namesMethod  = regexp.MustCompile(`\[[A-Z]\w*(\.[A-Z]\w*)?\]`)
)

// A method that calls the service names the HTTP method and path, so that readers find it in the service's
// documentation; one that calls other methods names them.
func TestMethodsNameTheirPath(t *testing.T) {
	t.Parallel()
	for dir, types := range callsAPI {
		if !slices.Contains(packages(t), dir) {
			continue
		}
		checked := 0
		for _, s := range exported(t, dir) {
			if !types.MatchString(s.name) || !takesContext.MatchString(s.decl) || notAPI.MatchString(s.name) {
				continue
			}
			checked++
			comment := strings.Join(strings.Fields(s.comment), " ")
			assert.True(t, namesPath.MatchString(comment) || namesMethod.MatchString(comment), "%s.%s names neither its path nor the methods that it calls: %q", dir, s.name, comment)
		}
		assert.NotZero(t, checked, dir)
	}
}
