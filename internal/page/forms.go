package page

import (
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// FormsFromBody makes FormValue read what was sent as a form, and nothing else. By itself it
// reads the address first: a link could then fill in what the page's own form leaves out, or
// change what it sends.
func FormsFromBody(app *fiber.App) { app.Server().FormValueFunc = bodyValue }

func bodyValue(ctx *fasthttp.RequestCtx, name string) []byte {
	if v := ctx.PostArgs().Peek(name); v != nil {
		return v
	}
	form, err := ctx.MultipartForm()
	if err != nil || len(form.Value[name]) == 0 {
		return nil
	}
	return []byte(form.Value[name][0])
}
