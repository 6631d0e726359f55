package hsds

import (
	"bytes"
	"encoding/json"
	"html/template"

	_ "embed"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/web"
)

//go:embed profile.gohtml
var profileSource string

var profileTemplate = template.Must(template.New("profile").Parse(profileSource))

// mountProfile serves what needs no index: what the interface is, its OpenAPI document, and
// the profile with its schemas.
func (a *API) mountProfile(r fiber.Router) {
	endpoints := Schemas()
	r.Get("/", a.reads.Fixed(fiber.MIMEApplicationJSON, must(marshal(a.base()))))
	r.Get("/openapi.json", a.reads.Fixed(fiber.MIMEApplicationJSON, must(json.MarshalIndent(a.openAPI(endpoints), "", "  "))))
	r.Get("/profile", a.reads.Fixed(fiber.MIMETextHTMLCharsetUTF8, must(a.profilePage(endpoints))))
	for _, e := range endpoints {
		e.Schema["$id"] = a.schemaURL(e.Name)
		r.Get("/profile/"+e.Name+".json", a.reads.Fixed("application/schema+json", must(json.MarshalIndent(e.Schema, "", "  "))))
	}
}

func (a *API) schemaURL(name string) string { return a.call("/profile/" + name + ".json") }

// must panics when something made of this package's types alone cannot be made.
func must(b []byte, err error) []byte {
	if err != nil {
		panic("hsds: " + err.Error())
	}
	return b
}

type profilePage struct {
	StyleSheet, Root, OpenAPI string
	Endpoints                 []profileEndpoint
	Los                       []profileWord
}

type profileEndpoint struct{ Name, Call, About, URL string }

type profileWord struct{ Term, URI string }

func (a *API) profilePage(endpoints []Endpoint) ([]byte, error) {
	p := profilePage{StyleSheet: web.Asset("main.css"), Root: Root, OpenAPI: Root + "/openapi.json"}
	for _, e := range endpoints {
		call := e.Path
		if e.Query != "" {
			call += "?" + e.Query
		}
		p.Endpoints = append(p.Endpoints, profileEndpoint{e.Name, call, e.About, Root + "/profile/" + e.Name + ".json"})
	}
	for _, term := range sortedKeys(los) {
		p.Los = append(p.Los, profileWord{term, los[term]})
	}
	var b bytes.Buffer
	err := profileTemplate.Execute(&b, p)
	return b.Bytes(), err
}

// base answers with what the interface is.
func (a *API) base() Base {
	return Base{Version: "3.1", Profile: a.call("/profile"), OpenAPIURL: a.call("/openapi.json")}
}
