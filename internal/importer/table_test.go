package importer

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func problems(t *testing.T, content string, columns []string, use func(*row)) []string {
	t.Helper()
	table, err := readTable(fstest.MapFS{"test.csv": {Data: []byte(content)}}, "test.csv", columns)
	if err != nil {
		t.Fatal(err)
	}
	for i := range table.rows {
		use(&table.rows[i])
	}
	var got []string
	for _, p := range table.problems {
		got = append(got, p.String())
	}
	return got
}

func TestTableProblems(t *testing.T) {
	columns := []string{"a", "b"}
	for _, tc := range []struct {
		name, content string
		want          []string
	}{
		{"good, with a byte order mark", "\ufeffa,b\n1,2\n", nil},
		{"empty file", "", []string{"test.csv:1: no header row"}},
		{"not UTF-8", "a,b\n\xe5,2\n", []string{"test.csv: not UTF-8: save the file as CSV UTF-8"}},
		{"missing column", "a\n1\n", []string{"test.csv:1: b: column is missing"}},
		{"unknown column", "a,b,c\n1,2,3\n", []string{"test.csv:1: c: column is not known"}},
		{"column twice", "a,b,b\n1,2,3\n", []string{"test.csv:1: b: column stands there twice"}},
		{"short row", "a,b\n1\n2,3\n", []string{"test.csv:2: wrong number of fields"}},
		{"broken quote", "a,b\n\"1,2\n", []string{"test.csv:2: extraneous or missing \" in quoted-field"}},
		{"semicolons", "a;b\n1;2\n", []string{"test.csv:1: a: column is missing", "test.csv:1: b: column is missing", "test.csv:1: a;b: column is not known"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := problems(t, tc.content, columns, func(*row) {})
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRowAccessors(t *testing.T) {
	content := "a,b\n,59.9\n x ,abc\n1||2,NaN\n"
	got := problems(t, content, []string{"a", "b"}, func(r *row) {
		r.required("a")
		r.list("a")
		r.degrees("b")
	})
	want := []string{
		"test.csv:2: a: is empty",
		`test.csv:3: b: "abc" is no coordinate in degrees, like 59.91273`,
		"test.csv:4: a: has an empty value between bars",
		`test.csv:4: b: "NaN" is no coordinate in degrees, like 59.91273`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestRowLinesAfterAQuotedLineBreak(t *testing.T) {
	got := problems(t, "a,b\n\"one\ntwo\",2\n,4\n", []string{"a", "b"}, func(r *row) { r.required("a") })
	if diff := cmp.Diff([]string{"test.csv:4: a: is empty"}, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
