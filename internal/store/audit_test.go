package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// changesRows matches SQL that changes what is stored.
var changesRows = regexp.MustCompile(`(?i)\b(INSERT INTO|DELETE FROM|TRUNCATE|UPDATE\s+\w+\s+(\w+\s+)?SET|COPY\s+\S+\s+\(.*FROM STDIN)`)

// leavesTrace matches SQL that notes who did something, in the history, among the events, or
// where it was done.
var leavesTrace = regexp.MustCompile(`INSERT INTO (events|revisions|import_runs|held_changes|kommune_changes)\b`)

// routine is what a function or method of this package does.
type routine struct {
	writes, audits bool
	calls          []string
}

// routines reads what the package's functions and methods do, by name: "record",
// "Store.write". A call of a method of something else than its own receiver is taken for one
// of any type but Store.
func routines(t *testing.T) map[string]*routine {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*routine{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			receiver, kind := "", ""
			if f.Recv != nil {
				of := f.Recv.List[0].Type
				if star, ok := of.(*ast.StarExpr); ok {
					of = star.X
				}
				switch generic := of.(type) {
				case *ast.IndexExpr:
					of = generic.X
				case *ast.IndexListExpr:
					of = generic.X
				}
				kind = of.(*ast.Ident).Name + "."
				if names := f.Recv.List[0].Names; len(names) > 0 {
					receiver = names[0].Name
				}
			}
			r := new(routine)
			all[kind+f.Name.Name] = r
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					if n.Kind == token.STRING && changesRows.MatchString(n.Value) {
						r.writes = true
						r.audits = r.audits || leavesTrace.MatchString(n.Value)
					}
				case *ast.CompositeLit:
					row, ok := n.Type.(*ast.Ident)
					r.audits = r.audits || ok && row.Name == "revisionRow"
				case *ast.CallExpr:
					for _, a := range n.Args { // functions that are handed on
						switch a := a.(type) {
						case *ast.Ident:
							r.calls = append(r.calls, a.Name)
						case *ast.SelectorExpr:
							if of, ok := a.X.(*ast.Ident); ok && of.Name == receiver {
								r.calls = append(r.calls, kind+a.Sel.Name)
							}
						}
					}
					f := n.Fun
					if generic, ok := f.(*ast.IndexExpr); ok {
						f = generic.X
					}
					switch f := f.(type) {
					case *ast.Ident:
						r.calls = append(r.calls, f.Name)
					case *ast.SelectorExpr:
						r.writes = r.writes || slices.Contains([]string{"Create", "Save", "Updates", "Update", "Delete"}, f.Sel.Name)
						if of, ok := f.X.(*ast.Ident); !ok || of.Name != receiver {
							r.calls = append(r.calls, "*."+f.Sel.Name)
						} else {
							r.calls = append(r.calls, kind+f.Sel.Name)
						}
					}
				}
				return true
			})
		}
	}
	for _, r := range all {
		for _, c := range r.calls {
			method, ok := strings.CutPrefix(c, "*")
			if !ok {
				continue
			}
			for name := range all {
				if strings.HasSuffix(name, method) && !strings.HasPrefix(name, "Store.") {
					r.calls = append(r.calls, name)
				}
			}
		}
	}
	return all
}

// reaches reports whether the routine, or one that it names, does it.
func reaches(all map[string]*routine, name string, seen map[string]bool, does func(*routine) bool) bool {
	r := all[name]
	if r == nil || seen[name] {
		return false
	}
	seen[name] = true
	return does(r) || slices.ContainsFunc(r.calls, func(c string) bool { return reaches(all, c, seen, does) })
}

// unaudited are the ways to change something that leave nothing in the history and among the
// events, with why.
var unaudited = map[string]string{
	// Of readers, who have no name here.
	"AddReport": "by a reader; who answers it is an event", "AddToReport": "likewise", "AddUse": "numbers of a day, of all readers together",

	// Of somebody who signs in or works, about themselves alone and for a while.
	"StartCode": "anybody may ask; sign_in_codes keeps it for a day, and who comes in is an event", "StartChallenge": "ten minutes; what comes of it is an event", "TakeChallenge": "likewise",
	"SessionBySecret": "when a session was last seen", "ActorByToken": "when a token was last used; what it changes is in the history", "UsePasskey": "when it was last used; the sign-in is an event",
	"SaveDraft": "one's own, seen by nobody else", "DeleteDraft": "likewise", "KeepUpload": "one's own, for a day; what is decided on it is a batch",

	// What says itself who did it and when, in the row.
	"FinishTask": "tasks.done_by and done_at",

	// Of the program, by itself.
	"AskAboutArticles": "opens tasks when articles run out", "CheckArticles": "opens tasks for what articles refer to", "AskEditors": "opens a task", "AskForAddresses": "opens a task", "AskToConfirm": "confirmations keeps to whom and when",
	"BeginHistory": "at the first start", "BeginSchedule": "when a job runs", "DueSchedules": "likewise", "EndSchedule": "likewise", "Lead": "which node leads", "StopLeading": "likewise",
	"TakeJobs": "the work of the queue", "FinishJob": "likewise", "RetryJob": "likewise: the program tries again, not an editor", "GiveBackJob": "likewise", "GiveUpJob": "likewise", "SettleJob": "likewise", "QueueMail": "a mail, kept as a job",
	"PruneJobs": "retention", "PruneDeliveries": "retention", "ForgetReportTexts": "retention",
	"MoveWebhook": "how far a webhook has come", "NoteDelivery": "webhook_deliveries is the trace", "QueueWebhook": "queued when there is something to send; an editor's wish is an event",
	"SaveLinkCheck": "what a link answered", "PostponeLinks": "when a link is asked again", "SyncLinks": "which links there are", "MarkPostalCodes": "what the import of a register, which import_runs has, no longer names",
	"SaveImportProgress": "import_progress.actor and at", "ForgetImportProgress": "an import that begins anew, and is in import_runs",
	"Backup":    "reads; who took one, RecordBackup notes",
	"ReportKey": "made at the first start", "KnownBrowser": "reads the key", "Spend": "counts", "Guess": "counts",
}

// All that is changed goes through this package, whoever asks for it: a page, a program, a
// subcommand or a job. Each way leaves who did what and when, or has a reason here not to.
func TestEveryChangeIsAudited(t *testing.T) {
	all := routines(t)
	ways := 0
	for key := range all {
		name, ok := strings.CutPrefix(key, "Store.")
		if !ok || !ast.IsExported(name) || !reaches(all, key, map[string]bool{}, func(r *routine) bool { return r.writes }) {
			continue
		}
		ways++
		audited := reaches(all, key, map[string]bool{}, func(r *routine) bool { return r.audits })
		switch why, listed := unaudited[name]; {
		case !audited && !listed:
			t.Errorf("%s changes what is stored and leaves no trace of who did", name)
		case audited && listed:
			t.Errorf("%s leaves a trace, and is listed as leaving none: %s", name, why)
		}
	}
	for name := range unaudited {
		if all["Store."+name] == nil {
			t.Errorf("%s is listed, and not there", name)
		}
	}
	if ways < 60 {
		t.Errorf("%d ways to change something were found: the test does not see them", ways)
	}
}
