package staff

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/web/view"
)

func (s *Staff) mountWorkplace(inside fiber.Router) {
	inside.Get("/", s.showWorkplace)
}

// showWorkplace is the first page after signing in.
func (s *Staff) showWorkplace(c *fiber.Ctx) error {
	tasks, err := s.deps.Store.OpenTasks(c.UserContext(), actorOf(c))
	if err != nil {
		return err
	}
	return s.send(c, http.StatusOK, view.Workplace(view.WorkplacePage{Meta: s.meta(c, "Redaksjonen"), Tasks: len(tasks)}))
}
