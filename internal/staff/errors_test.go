package staff

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// statusForTest is the part of the server's table that these pages rely on.
func statusForTest(err error) int {
	var fe *fiber.Error
	switch {
	case errors.As(err, &fe):
		return fe.Code
	case errors.Is(err, auth.ErrForbidden):
		return http.StatusForbidden
	case errors.Is(err, store.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, store.ErrConflict):
		return http.StatusConflict
	case errors.As(err, new(store.TooSoon)):
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}
