package hsds

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// one returns what the id in the address names.
func one[T any](c *fiber.Ctx, all map[uuid.UUID]T, message string) (T, error) {
	id, ok := parseID(c.Params("id"))
	found, known := all[id]
	if !ok || !known {
		return found, unknown("path.id", message)
	}
	return found, nil
}

// object answers with what write gives.
func object[T any](c *fiber.Ctx, write func() (T, bool)) error {
	v, ok := write()
	if !ok {
		return fiber.NewError(http.StatusServiceUnavailable, "content cannot be read")
	}
	return answer(c, v)
}

func answer(c *fiber.Ctx, v any) error {
	body, err := marshal(v)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(body)
}

// marshal is json.Marshal without escaping for HTML, a line of its own.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("marshal hsds: %w", err)
	}
	return b.Bytes(), nil
}

// send answers with the page of the items that is asked for, or with all of them line by line.
func send[I, T any](c *fiber.Ctx, q *question, items []I, write func(I) (T, bool)) error {
	if q.lines {
		return sendLines(c, items, write)
	}
	size := q.perPage
	if size == 0 {
		size = max(len(items), 1)
	}
	out := Page[T]{
		TotalItems: len(items), TotalPages: max((len(items)+size-1)/size, 1), PageNumber: q.page, Contents: []T{},
	}
	from := min((q.page-1)*size, len(items))
	for _, item := range items[from:min(from+size, len(items))] {
		if v, ok := write(item); ok {
			out.Contents = append(out.Contents, v)
		}
	}
	out.Size, out.Empty = len(out.Contents), len(out.Contents) == 0
	out.FirstPage, out.LastPage = q.page == 1, q.page >= out.TotalPages
	return answer(c, out)
}

// sendLines writes all items, one line each, as they are made: nothing is held in memory but
// one of them.
func sendLines[I, T any](c *fiber.Ctx, items []I, write func(I) (T, bool)) error {
	c.Set(fiber.HeaderContentType, mimeLines)
	if c.Method() == fiber.MethodHead {
		return nil
	}
	c.Context().SetBodyStreamWriter(func(to *bufio.Writer) {
		for _, item := range items {
			v, ok := write(item)
			if !ok {
				continue
			}
			line, err := marshal(v)
			if err == nil {
				_, err = to.Write(line)
			}
			if err != nil {
				return // whoever asked is gone
			}
		}
	})
	return nil
}
