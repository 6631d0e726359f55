package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const deploy = "../../deploy"

// deployed returns the files for running the program, by their paths below deploy/.
func deployed(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(deploy, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(deploy, path)
		files[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Every variable that a file sets is one that the program reads, so that none is misspelt.
func TestDeployedVariables(t *testing.T) {
	known := map[string]bool{"OVERSIKT_HOST": true, "OVERSIKT_UPSTREAMS": true} // of the proxies' own files
	for i := range reflect.TypeFor[config]().NumField() {
		known[reflect.TypeFor[config]().Field(i).Tag.Get("env")] = true
	}
	found := 0
	standard := regexp.MustCompile(`^OTEL_(SDK_DISABLED|SERVICE_NAME|RESOURCE_ATTRIBUTES|TRACES_SAMPLER(_ARG)?|EXPORTER_OTLP_(TRACES_)?(ENDPOINT|HEADERS))$`)
	for name, content := range deployed(t) {
		for _, v := range regexp.MustCompile(`OTEL_[A-Z_]*[A-Z]`).FindAllString(content, -1) {
			if !standard.MatchString(v) {
				t.Errorf("%s has %s, which OpenTelemetry does not know", name, v)
			}
		}
		for _, v := range regexp.MustCompile(`OVERSIKT_[A-Z_]*[A-Z]`).FindAllString(content, -1) {
			found++
			if !known[v] && v != "OVERSIKT_OIDC" {
				t.Errorf("%s has %s, which the program does not read", name, v)
			}
		}
	}
	if found < 20 {
		t.Errorf("%d variables were found, too few to tell anything", found)
	}
}

// Every subcommand that a file or the runbook calls is there.
func TestDeployedCommands(t *testing.T) {
	known := map[string]bool{}
	for _, c := range commands() {
		known[strings.Fields(c.name)[0]] = true
	}
	found := map[string]bool{}
	for name, content := range deployed(t) {
		for _, m := range regexp.MustCompile("(?:`|bin/|… )oversikt ([a-z]+)|args: \\[\"([a-z]+)\"").FindAllStringSubmatch(content, -1) {
			command := m[1] + m[2]
			found[command] = true
			if !known[command] {
				t.Errorf("%s calls %q, which there is not", name, m[0])
			}
		}
	}
	for _, want := range []string{"serve", "backup", "restore", "reindex"} {
		if !found[want] {
			t.Errorf("no file calls %q: the test looks in the wrong place, found %v", want, slices.Sorted(maps.Keys(found)))
		}
	}
}

func TestDeployedYAML(t *testing.T) {
	documents := 0
	for name, content := range deployed(t) {
		if filepath.Ext(name) != ".yaml" {
			continue
		}
		d := yaml.NewDecoder(strings.NewReader(content))
		for {
			var v any
			err := d.Decode(&v)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				break
			}
			documents++
			if object, ok := v.(map[string]any); ok && strings.HasPrefix(name, "kubernetes/") && (object["apiVersion"] == nil || object["kind"] == nil) {
				t.Errorf("%s has a document without apiVersion or kind", name)
			}
		}
	}
	if documents < 12 {
		t.Errorf("%d documents were read", documents)
	}
}

type alertRule struct {
	Alert       string
	Expr        string
	For         string
	Labels      map[string]string
	Annotations map[string]string
}

func alertRules(t *testing.T) []alertRule {
	t.Helper()
	var file struct{ Groups []struct{ Rules []alertRule } }
	d := yaml.NewDecoder(strings.NewReader(deployed(t)["prometheus/alerts.yaml"]))
	if err := d.Decode(&file); err != nil {
		t.Fatal(err)
	}
	var rules []alertRule
	for _, g := range file.Groups {
		rules = append(rules, g.Rules...)
	}
	if len(rules) < 10 {
		t.Fatalf("%d alerts", len(rules))
	}
	return rules
}

// Each alert leads to its section, and each section of an alert has one.
func TestEveryAlertHasARunbook(t *testing.T) {
	sections := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^## (Oversikt\w+)$`).FindAllStringSubmatch(deployed(t)["RUNBOOK.md"], -1) {
		sections[m[1]] = true
	}
	for _, r := range alertRules(t) {
		if !sections[r.Alert] {
			t.Errorf("%s has no section in RUNBOOK.md", r.Alert)
		}
		delete(sections, r.Alert)
		if want := "deploy/RUNBOOK.md#" + strings.ToLower(r.Alert); r.Annotations["runbook"] != want {
			t.Errorf("%s leads to %s, want %s", r.Alert, r.Annotations["runbook"], want)
		}
		if r.Annotations["summary"] == "" || r.For == "" || r.Labels["severity"] != "page" && r.Labels["severity"] != "ticket" {
			t.Errorf("%s lacks a summary, a time or a severity: %+v", r.Alert, r)
		}
	}
	for name := range sections {
		t.Errorf("RUNBOOK.md has %s, which nothing raises", name)
	}
}

// Alerts that are seldom met are raised, and end, where Prometheus's own tool is at hand.
func TestAlertsAreRaisedAndEnd(t *testing.T) {
	tool := os.Getenv("PROMTOOL")
	if tool == "" {
		t.Skip("scripts/promtool.sh found no promtool, or this is not make test")
	}
	out, err := exec.CommandContext(t.Context(), tool, "test", "rules", filepath.Join(deploy, "prometheus", "alerts_test.yaml")).CombinedOutput()
	if err != nil {
		t.Errorf("%v:\n%s", err, out)
	}
}

// checkMetrics asks the running program for every metric that alerts and dashboard name.
func checkMetrics(t *testing.T, base string) {
	t.Helper()
	get(t, base, http.MethodGet, "/") // something to count
	resp, body := get(t, base, http.MethodGet, "/metrics")
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("/metrics = %d", resp.StatusCode)
	}
	expressions := []string{}
	for _, r := range alertRules(t) {
		expressions = append(expressions, r.Expr)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	d := json.NewDecoder(bytes.NewReader([]byte(deployed(t)["grafana/oversikt.json"])))
	if err := d.Decode(&dashboard); err != nil {
		t.Fatal(err)
	}
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			expressions = append(expressions, target.Expr)
		}
	}
	if len(expressions) < 30 {
		t.Errorf("%d expressions", len(expressions))
	}
	for _, e := range expressions {
		for _, name := range regexp.MustCompile(`\b(oversikt|process|go)_[a-z_]+`).FindAllString(e, -1) {
			if !strings.Contains(body, "\n"+name+" ") && !strings.Contains(body, "\n"+name+"{") {
				t.Errorf("%s is in no metric of the program: %s", name, e)
			}
		}
	}
}

// On other machines Postgres is known by its certificate.
func TestDeployedPostgresIsChecked(t *testing.T) {
	files, err := filepath.Glob("../../deploy/kubernetes/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), "key: uri") {
			t.Errorf("%s takes an address that says nothing of certificates", name)
		}
		for line := range strings.Lines(string(content)) {
			if !strings.Contains(line, "postgres://") {
				continue
			}
			found++
			if !strings.Contains(line, "sslmode=verify-full&sslrootcert=/etc/oversikt-db/ca.crt") {
				t.Errorf("%s: Postgres is not checked: %s", name, line)
			}
		}
	}
	if found < 3 {
		t.Errorf("%d addresses of Postgres: the test looks in the wrong place", found)
	}
}

// The image, make and the release build the program in the same way: by one script, with the
// Go that go.mod names, and from the packages of the lock file.
func TestOneWayToBuild(t *testing.T) {
	read := func(path string) string {
		t.Helper()
		content, err := os.ReadFile(filepath.Join("../..", path))
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	for path, call := range map[string]string{
		"Makefile": "scripts/build.sh $(VERSION) $@", "deploy/Dockerfile": `scripts/build.sh "$VERSION" /oversikt`, "scripts/release.sh": `scripts/build.sh "$version" "dist/oversikt-linux-$arch"`,
	} {
		content := read(path)
		if !strings.Contains(content, call) || strings.Contains(content, "go build") {
			t.Errorf("%s does not build by scripts/build.sh alone", path)
		}
	}
	build := read("scripts/build.sh")
	for _, want := range []string{"CGO_ENABLED=0", "-trimpath", "-buildvcs=false", "-X main.version=$1", "-u GOFLAGS"} {
		if !strings.Contains(build, want) {
			t.Errorf("scripts/build.sh lacks %s", want)
		}
	}
	dockerfile, module := read("deploy/Dockerfile"), regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(read("go.mod"))
	if module == nil || !strings.Contains(dockerfile, "FROM golang:"+module[1]+"-") {
		t.Errorf("the image is not built with the Go of go.mod, %v", module)
	}
	describe := regexp.MustCompile(`git describe --tags --always --abbrev=\d+`)
	if a, b := describe.FindString(read("Makefile")), describe.FindString(dockerfile); a == "" || a != b {
		t.Errorf("the version is %q in Makefile, and %q in Dockerfile", a, b)
	}
	if !strings.Contains(dockerfile, "npm ci") || strings.Contains(dockerfile, "--omit") || !strings.Contains(read("Makefile"), "npm ci") {
		t.Error("packages are not those of the lock file")
	}
	ignored := strings.Split(read("deploy/Dockerfile.dockerignore"), "\n")
	for line := range strings.Lines(read(".gitignore")) {
		name := strings.Trim(strings.TrimSpace(line), "/")
		if strings.HasPrefix(name, "*") {
			name = "**/" + name
		}
		if !slices.Contains(ignored, name) {
			t.Errorf("%s gets into the image's source", name)
		}
	}
}
