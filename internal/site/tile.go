package site

import (
	"errors"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/tiles"
)

// tilesPath is where the pictures of the background map are: "6/33/18" behind it is one.
const tilesPath = "/kart/bakgrunn/"

// sendTile sends a picture of the background map, which readers get from us so that nobody else
// learns who looks at which place. Maps change slowly: a browser keeps it for a week.
func (s *Site) sendTile(c *fiber.Ctx) error {
	var place [3]int
	for i, name := range [...]string{"z", "x", "y"} {
		n, err := c.ParamsInt(name)
		if err != nil {
			return fiber.ErrNotFound // more digits than a number holds
		}
		place[i] = n
	}
	png, err := s.deps.Tiles.Tile(c.UserContext(), place[0], place[1], place[2])
	switch {
	case errors.Is(err, tiles.ErrNone):
		return fiber.ErrNotFound
	case err != nil:
		// Each reader's map is of some dozen tiles, and a service that is away fails them all.
		s.tileTrouble.Do(func() {
			s.deps.Log.Warn("a tile of the background map; this is said once a minute at most", "error", err)
		})
		return fiber.NewError(fiber.StatusBadGateway, fmt.Sprintf("background map: %v", err))
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=604800")
	c.Set(fiber.HeaderContentType, "image/png")
	return c.Send(png)
}
