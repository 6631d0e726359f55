package upstream

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"unicode/utf8"

	"code.dny.dev/ssrf"
)

// JSON is the media type of JSON, and in a Request of everything that is JSON.
const JSON = "application/json"

// ShapeError says that a register does not answer as its documentation says, or as it did.
// Nothing that comes with it is to be used.
type ShapeError struct {
	Where string // the address, or the file
	Field string // "page.totalElements"
	Want  string // "a whole number"
	Got   string // what came instead, shortened
}

// Error returns the place and what was expected there.
func (e *ShapeError) Error() string {
	return fmt.Sprintf("%s has changed shape: %s: want %s, got %s", e.Where, e.Field, e.Want, e.Got)
}

// IsShape reports whether the error says that a register has changed shape.
func IsShape(err error) bool {
	var shape *ShapeError
	return errors.As(err, &shape)
}

// Missing returns the error for a field that is not there.
func Missing(where, field, want string) error {
	return &ShapeError{where, field, want, "nothing"}
}

// Unexpected returns the error for a field that holds something else.
func Unexpected(where, field, want, got string) error {
	return &ShapeError{where, field, want, quoted(got)}
}

// quoted returns at most so much of a text as fits into a line of a message.
func quoted(s string) string {
	const most = 80
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// GetJSON gets JSON and decodes it into a pointer. A body that ends within its JSON is
// asked for again as one that was cut. Beside the errors of Get it returns a *ShapeError
// for a field of another kind, with its path. Fields that are not there, and null, leave
// what stood: look whether what has to be there is, with Missing.
func (c *Client) GetJSON(ctx context.Context, r Request, into any) (Answer, error) {
	r.Type = JSON
	var answer Answer
	err := c.try(ctx, r, c.asked(), func(res *http.Response, body io.Reader) error {
		answer = c.answer(r, res)
		var err error
		if answer.Body, err = io.ReadAll(body); err != nil {
			return err
		}
		reset(into) // of what an earlier try has left
		return Decode(answer.URL, answer.Body, into)
	})
	return answer, err
}

func reset(into any) { reflect.ValueOf(into).Elem().SetZero() }

// mark is what some programs write before a text in UTF-8. JSON has none, and may be read
// as if it were not there (RFC 8259, 8.1).
var mark = []byte("\ufeff")

// Decode decodes JSON that was read at a place. It returns ErrCut when the JSON does not
// end, and a *ShapeError for everything else that is wrong with it.
func Decode(where string, body []byte, into any) error {
	body = bytes.TrimPrefix(body, mark)
	if err := CheckText(where, body); err != nil {
		return err
	}
	err := json.Unmarshal(body, into)
	if err == nil {
		return nil
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && syntax.Offset >= int64(len(bytes.TrimRight(body, " \r\n\t"))) && unfinished(body) {
		return fmt.Errorf("%s: %w", where, ErrCut)
	}
	return Shape(where, err)
}

// CheckText returns a *ShapeError for JSON in another encoding than UTF-8. Read as if it were,
// every ø in it would become a question mark, and nobody would be told. What ends within a
// letter was cut, which is for whoever reads the JSON to find.
func CheckText(where string, body []byte) error {
	if utf8.Valid(body) {
		return nil
	}
	for at := 0; at < len(body); {
		r, n := utf8.DecodeRune(body[at:])
		if r == utf8.RuneError && n == 1 && utf8.FullRune(body[at:]) {
			return &ShapeError{where, "JSON", "UTF-8", fmt.Sprintf("%#x at byte %d", body[at], at+1)}
		}
		at += n
	}
	return nil
}

// unfinished reports whether the JSON only lacks its end.
func unfinished(body []byte) bool {
	d := json.NewDecoder(bytes.NewReader(body))
	for {
		if _, err := d.Token(); err != nil {
			return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
		}
	}
}

// EachJSON reads a list in JSON, however long, and hands its values over one at a time. It
// returns ErrCut when the list does not end, a *ShapeError for what is no list, and an
// error of use as it is. What was handed over before an error is not to be trusted alone:
// read a file to its end before writing any of it.
func EachJSON(where string, r io.Reader, use func(json.RawMessage) error) error {
	unmarked := bufio.NewReader(r)
	if start, _ := unmarked.Peek(len(mark)); bytes.Equal(start, mark) {
		_, _ = unmarked.Discard(len(mark)) // which Peek has read
	}
	d := json.NewDecoder(unmarked)
	first, err := d.Token()
	if err != nil {
		return ended(where, err)
	}
	if first != json.Delim('[') {
		return &ShapeError{where, "JSON", "a list", fmt.Sprint(first)}
	}
	for d.More() {
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return ended(where, err)
		}
		if err := CheckText(where, value); err != nil {
			return err
		}
		if err := use(value); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return ended(where, err)
	}
	// To the very end: a packed file has its checksum there.
	if _, err := d.Token(); err == nil {
		return &ShapeError{where, "JSON", "nothing after the list", "more"}
	} else if !errors.Is(err, io.EOF) {
		return ended(where, err)
	}
	return nil
}

// ended returns ErrCut for an end that came too early, and what Shape says of others.
func ended(where string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", where, ErrCut)
	}
	if err := Shape(where, err); IsShape(err) {
		return err
	}
	return fmt.Errorf("%s: %w", where, err)
}

// Shape returns what encoding/json has found as a *ShapeError; other errors as they are.
func Shape(where string, err error) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind):
		field := kind.Field
		if field == "" {
			field = "JSON"
		}
		return &ShapeError{where, field, kindOf(kind.Type), "a " + kind.Value}
	case errors.As(err, &syntax):
		return &ShapeError{where, "JSON", "JSON", fmt.Sprintf("%s at byte %d", syntax, syntax.Offset)}
	}
	return err
}

// kindOf names a kind of Go in the words of JSON.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Uint64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	}
	return t.String()
}

// refused reports whether a connection was not made because of where it led.
func refused(err error) bool {
	return errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedPort) || errors.Is(err, ssrf.ErrProhibitedNetwork)
}
