package asvs

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// constants are the names that stand for constant texts in each package and its functions:
// what is written there cannot have come with a request.
type constants map[string]map[string]bool // of a package's directory

func constantsOf(t *testing.T) constants {
	t.Helper()
	found := constants{}
	sources(t, func(dir string, _ *token.FileSet, file *ast.File) {
		if found[dir] == nil {
			found[dir] = map[string]bool{}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			d, ok := n.(*ast.GenDecl)
			if !ok || d.Tok != token.CONST {
				return true
			}
			for _, s := range d.Specs {
				for _, name := range s.(*ast.ValueSpec).Names {
					found[dir][name.Name] = true
				}
			}
			return true
		})
	})
	return found
}

// parameter is one of a function, by its place.
type parameter struct {
	function string // with the directory of its package: "internal/store.tokens"
	place    int
	of       int // how many the function has; methods of several types share a name
	more     bool
}

// constant reports whether the expression, in a function of the package, is a text from the
// source alone, once the parameters that it returns are.
func (c constants) constant(dir string, f *ast.FuncDecl, e ast.Expr) (ok bool, needs []parameter) {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind == token.STRING, nil
	case *ast.ParenExpr:
		return c.constant(dir, f, e.X)
	case *ast.BinaryExpr:
		x, a := c.constant(dir, f, e.X)
		y, b := c.constant(dir, f, e.Y)
		return e.Op == token.ADD && x && y, append(a, b...)
	case *ast.Ident:
		if c[dir][e.Name] {
			return true, nil
		}
		place := 0
		for _, field := range f.Type.Params.List {
			for _, name := range field.Names {
				if name.Name == e.Name {
					last := f.Type.Params.List[len(f.Type.Params.List)-1]
					_, more := last.Type.(*ast.Ellipsis)
					return !assigned(f, e.Name), []parameter{{dir + "." + f.Name.Name, place, f.Type.Params.NumFields(), more}}
				}
				place++
			}
		}
	case *ast.CallExpr: // pieces that are repeated, as question marks are
		fun, ok := e.Fun.(*ast.SelectorExpr)
		if !ok || len(e.Args) != 2 {
			return false, nil
		}
		switch x, _ := fun.X.(*ast.Ident); {
		case x == nil || x.Name != "strings":
			return false, nil
		case fun.Sel.Name == "Repeat":
			return c.constant(dir, f, e.Args[0])
		case fun.Sel.Name == "TrimPrefix" || fun.Sel.Name == "TrimSuffix":
			text, a := c.constant(dir, f, e.Args[0])
			cut, b := c.constant(dir, f, e.Args[1])
			return text && cut, append(a, b...)
		}
		return false, nil
	case *ast.SelectorExpr: // a constant of another package
		x, ok := e.X.(*ast.Ident)
		return ok && c["internal/"+x.Name][e.Sel.Name], nil
	}
	return false, nil
}

// assigned reports whether the function gives the name another value.
func assigned(f *ast.FuncDecl, name string) bool {
	found := false
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok {
			for _, left := range a.Lhs {
				id, ok := left.(*ast.Ident)
				found = found || ok && id.Name == name
			}
		}
		return !found
	})
	return found
}

// eachCall calls fn with each call in the sources, and what it is called by: "Raw" of
// tx.Raw(…), with "tx" before it.
func eachCall(t *testing.T, fn func(dir string, at token.Position, f *ast.FuncDecl, of, name string, args []ast.Expr)) {
	t.Helper()
	sources(t, func(dir string, set *token.FileSet, file *ast.File) {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				switch fun := call.Fun.(type) {
				case *ast.SelectorExpr:
					x, _ := fun.X.(*ast.Ident)
					of := ""
					if x != nil {
						of = x.Name
					}
					fn(dir, set.Position(call.Pos()), f, of, fun.Sel.Name, call.Args)
				case *ast.Ident:
					fn(dir, set.Position(call.Pos()), f, "", fun.Name, call.Args)
				}
				return true
			})
		}
	})
}

// holdConstant fails the test for a call that check names whose text is not constant. Where
// the text is a function's parameter, all who call that function must give a constant one.
// Functions that put texts together are in allowed, with what they make them from.
func holdConstant(t *testing.T, allowed map[string]string, check func(dir, of, name string, args []ast.Expr) ast.Expr) (calls int) {
	t.Helper()
	c := constantsOf(t)
	used, asked := map[string]bool{}, map[parameter]bool{}
	var next []parameter
	look := func(dir string, at token.Position, f *ast.FuncDecl, text ast.Expr) {
		calls++
		where := dir + "." + f.Name.Name
		ok, need := c.constant(dir, f, text)
		if !ok {
			used[where] = true
			if allowed[where] == "" {
				t.Errorf("%s: %s puts a text together; say in the list from what, or do without", at, where)
			}
			return
		}
		for _, p := range need {
			if !asked[p] {
				asked[p] = true
				next = append(next, p)
			}
		}
	}
	eachCall(t, func(dir string, at token.Position, f *ast.FuncDecl, of, name string, args []ast.Expr) {
		if text := check(dir, of, name, args); text != nil {
			look(dir, at, f, text)
		}
	})
	for len(next) > 0 {
		now := next
		next = nil
		eachCall(t, func(dir string, at token.Position, f *ast.FuncDecl, _, name string, args []ast.Expr) {
			for _, p := range now {
				if p.function == dir+"."+name && p.place < len(args) && (len(args) == p.of || p.more && len(args) >= p.of-1) {
					look(dir, at, f, args[p.place])
				}
			}
		})
	}
	for where := range allowed {
		if !used[where] {
			t.Errorf("%s is said to put texts together, and does not", where)
		}
	}
	t.Logf("%d texts, %d parameters, %d functions that put them together", calls, len(asked), len(used))
	return calls
}

// sqlMethods take SQL as their first text.
var sqlMethods = []string{"Raw", "Exec", "Where", "Or", "Not", "Having", "Order", "Group", "Select", "Joins", "Table", "Query", "QueryRow", "Pluck"}

// builtSQL is where SQL is put together while the program runs, and from what.
var builtSQL = map[string]string{
	"internal/store.UUIDs":            "one of two names of tables",
	"internal/store.EraseAccount":     "a list in the source",
	"internal/store.forgetAddress":    "a list in the function",
	"internal/store.forgetMentions":   "names of columns, from a list in the function",
	"internal/store.ExportAccount":    "a list in the source",
	"internal/store.SaveLinkCheck":    "pieces in the function",
	"internal/store.OfferingKeys":     "a condition about the name of a column",
	"internal/store.stopWebhooks":     "a list in the function",
	"internal/store.setSequences":     "names of tables and columns as the database has them, quoted by pgx",
	"internal/store.DeleteExpired":    "a list in the source",
	"internal/store.run":              "statements that callers in the same package name",
	"internal/store.coverageOfGrants": "one of two names of tables",
	"internal/store.end":              "one of two names of tables",
	"internal/store.checkWebhook":     "a list in the function",
}

// No text that somebody sends becomes SQL: it is given beside it, as a parameter.
func TestSQLIsConstant(t *testing.T) {
	calls := holdConstant(t, builtSQL, func(dir, of, name string, args []ast.Expr) ast.Expr {
		if of == "register" || of == "trace" || dir != "internal/store" && dir != "internal/pgembed" && dir != "cmd/oversikt" || of == "cmp" || !slices.Contains(sqlMethods, name) || len(args) == 0 {
			return nil
		}
		if id, ok := args[0].(*ast.Ident); ok && (id.Name == "ctx" || id.Name == "wait") && len(args) > 1 {
			return args[1] // pgx takes the context first
		}
		if call, ok := args[0].(*ast.CallExpr); ok && len(args) > 1 && len(call.Args) == 1 {
			return args[1] // context.WithoutCancel(ctx)
		}
		return args[0]
	})
	if calls < 300 {
		t.Errorf("%d pieces of SQL: the test does not see what it should", calls)
	}
}

// SQL is spoken in the store, and where the embedded server is made ready.
func TestSQLIsInTheStore(t *testing.T) {
	sources(t, func(dir string, set *token.FileSet, file *ast.File) {
		for _, i := range file.Imports {
			if strings.Contains(i.Path.Value, "jackc/pgx") || strings.HasPrefix(i.Path.Value, `"gorm.io`) || i.Path.Value == `"database/sql"` {
				if !slices.Contains([]string{"internal/store", "internal/pgembed", "internal/dbtest", "internal/bench", "cmd/oversikt", "migrations"}, dir) {
					t.Errorf("%s: imports %s", set.Position(i.Pos()), i.Path.Value)
				}
			}
		}
	})
}

// builtPatterns is where regular expressions are put together, and from what.
var builtPatterns = map[string]string{
	"internal/store.withoutMentions": "a name, quoted by regexp.QuoteMeta",
}

// No text that somebody sends becomes a regular expression. Go's cannot run away either.
func TestRegexpsAreConstant(t *testing.T) {
	calls := holdConstant(t, builtPatterns, func(_, of, name string, args []ast.Expr) ast.Expr {
		if of != "regexp" || !strings.Contains(name, "Compile") {
			return nil
		}
		return args[0]
	})
	if calls == 0 {
		t.Error("no regular expressions: the test does not see what it should")
	}
}
