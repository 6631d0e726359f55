package server

import (
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
)

// How much of what is refused is still read, and for how long. A file that is refused for its
// size is as a rule a few megabytes.
const (
	lingerTime  = 5 * time.Second
	lingerBytes = 32 << 20
)

// Linger returns a listener whose connections are not cut while the sender of a request that
// is too large still sends. To close a connection with unread bytes in it resets it: the
// sender meets an error and may never see the answer. A proxy takes that for the fault of the
// node, tells its reader 502, and sends nobody there for a while: a few such requests
// would take every node away from all readers.
func Linger(l net.Listener) net.Listener { return lingerer{l} }

type lingerer struct{ net.Listener }

func (l lingerer) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok {
		return &lingering{TCPConn: tcp}, err
	}
	return conn, err
}

// lingering is a connection that one goroutine answers and closes.
type lingering struct {
	*net.TCPConn

	unread bool // its last request was refused before it was read
}

// Close sends what is written, and lets the sender come to an end first where there is more
// than was read.
func (c *lingering) Close() error {
	if c.unread && c.CloseWrite() == nil && c.SetReadDeadline(time.Now().Add(lingerTime)) == nil {
		_, _ = io.CopyN(io.Discard, c.TCPConn, lingerBytes) // the end, the time or the size: all will do
	}
	return c.TCPConn.Close()
}

// linger notes that there is more of the request than was read.
func linger(c *fiber.Ctx, status int) {
	tooLarge := []int{http.StatusRequestEntityTooLarge, http.StatusRequestHeaderFieldsTooLarge}
	if conn, ok := c.Context().Conn().(*lingering); ok && slices.Contains(tooLarge, status) {
		conn.unread = true
	}
}
