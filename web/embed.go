// Package web holds what browsers fetch: style sheet, script, fonts and icons, built by
// build.mjs into dist and embedded in the binary. Templates stand in the package view
// below it.
package web

import (
	"embed"
	"encoding/json"
	"io/fs"
	"strings"
)

//go:embed all:dist
var dist embed.FS

var (
	names  = readManifest() // real file names by logical ones
	sprite = readSprite()   // the icons, as SVG
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
// "/assets/icons-AB12CD34.svg#phone". It panics for a name that build.mjs does not list.
func Icon(name string) string {
	if !hasIcon(name) {
		panic("web: no icon " + name)
	}
	return Asset("icons.svg") + "#" + name
}

// TypeIcon returns the address of the icon for an offering type's code, a common one for
// types that have none of their own: editors may add types.
func TypeIcon(code string) string {
	if name := "type-" + code; hasIcon(name) {
		return Icon(name)
	}
	return Icon("type-annet")
}

func hasIcon(name string) bool {
	return strings.Contains(sprite, `<symbol id="`+name+`"`)
}

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

func readSprite() string {
	content, err := dist.ReadFile("dist/" + names["icons.svg"])
	if err != nil {
		panic("web: icons: " + err.Error())
	}
	return string(content)
}
