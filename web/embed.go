// Package web holds what browsers fetch: style sheet, script, fonts and icons, built by
// build.mjs into dist and embedded in the binary. Templates stand in the package view
// below it.
package web

import (
	"embed"
	"encoding/json"
	"io/fs"
	"regexp"
)

//go:embed all:dist
var dist embed.FS

var (
	names   = readManifest() // real file names by logical ones
	symbols = readSymbols()  // the icons as <symbol>, by name
)

// Files returns the built files by name ("main-AB12CD34.css"). Text files have two
// siblings: the same, compressed, with ".br" and ".gz" added. A file's content never
// changes under its name, so it may be kept for ever.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path
	}
	return files
}

// Asset returns the address of the file with the given logical name: "main.css" gives
// "/assets/main-AB12CD34.css". It panics for a name that build.mjs does not make.
func Asset(name string) string {
	file, ok := names[name]
	if !ok {
		panic("web: no asset " + name)
	}
	return "/assets/" + file
}

// Icon returns the address of an icon for <use href>: "phone" gives
// "/assets/icons-AB12CD34.svg#ikon-phone". It panics for a name that build.mjs does not list.
func Icon(name string) string {
	if !hasIcon(name) {
		panic("web: no icon " + name)
	}
	return Asset("icons.svg") + "#" + SymbolID(name)
}

// Symbol returns an icon as the <symbol> for a page that holds its own icons. It panics for a
// name that build.mjs does not list.
func Symbol(name string) string {
	if !hasIcon(name) {
		panic("web: no icon " + name)
	}
	return symbols[name]
}

// SymbolID returns the id that an icon has in its file and on a page.
func SymbolID(name string) string { return "ikon-" + name }

// TypeIcon returns the name of the icon for an offering type's code, a common one for types
// that have none of their own: editors may add types.
func TypeIcon(code string) string {
	if name := "type-" + code; hasIcon(name) {
		return name
	}
	return "type-annet"
}

func hasIcon(name string) bool { return symbols[name] != "" }

func readManifest() map[string]string {
	content, err := dist.ReadFile("dist/manifest.json")
	if err != nil {
		panic("web: " + err.Error())
	}
	var m map[string]string
	if err := json.Unmarshal(content, &m); err != nil {
		panic("web: manifest: " + err.Error())
	}
	return m
}

func readSymbols() map[string]string {
	content, err := dist.ReadFile("dist/" + names["icons.svg"])
	if err != nil {
		panic("web: icons: " + err.Error())
	}
	m := map[string]string{}
	for _, found := range symbol.FindAllStringSubmatch(string(content), -1) {
		m[found[1]] = found[0]
	}
	return m
}

// symbol is an icon as build.mjs writes it.
var symbol = regexp.MustCompile(`(?s)<symbol id="ikon-([a-z_-]+)".*?</symbol>`)
