package pgembed

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	port = "5432" // no port is opened, but the socket is named after it
	// longestSocket is how many bytes the path of a socket may have: 107 on
	// Linux, 103 on macOS, less some for the server's lock beside it.
	longestSocket = 100
)

const socketFile = ".s.PGSQL." + port

// socketDir returns the folder for the server's socket: in the data folder, or,
// where that makes the path too long, one in the temp folder whose name stands
// for the data folder. A comma would do harm too: clients split hosts there.
func socketDir(dir string) string {
	short := fmt.Sprintf("oversikt-%x", sha256.Sum256([]byte(dir)))[:25]
	choices := []string{
		filepath.Join(dir, socketName),
		filepath.Join(os.TempDir(), short),
		filepath.Join("/tmp", short),
	}
	for _, choice := range choices {
		if len(filepath.Join(choice, socketFile)) <= longestSocket && !strings.Contains(choice, ",") {
			return choice
		}
	}
	return choices[len(choices)-1]
}

// makeSocketDir makes the socket's folder, or takes one that is there, so that
// only the server's account can enter it, and empties it: the caller has made
// sure that no server of this cluster runs. In the temp folder anybody could have
// made it before: one that belongs to a third user is an error.
func makeSocketDir(path string, as account) error {
	if err := os.Mkdir(path, 0o700); err != nil && !os.IsExist(err) {
		return fmt.Errorf("make the folder of the socket: %w", err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("look at the folder of the socket: %w", err)
	}
	uid := ownerOf(path).uid
	trusted := int(uid) == os.Geteuid() || as.name != "" && uid == as.uid
	if !info.IsDir() || !trusted {
		return fmt.Errorf("%s is needed for the server's socket, but is not a folder of ours; remove it", path)
	}
	if info.Mode().Perm() != 0o700 {
		if err := os.Chmod(path, fs.FileMode(0o700)); err != nil {
			return fmt.Errorf("close the folder of the socket: %w", err)
		}
	}
	// What a killed server left: its lock would count as held while any process
	// has the dead one's number.
	for _, name := range []string{socketFile, socketFile + ".lock"} {
		if err := os.Remove(filepath.Join(path, name)); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("remove the last server's socket: %w", err)
		}
	}
	return as.own(path)
}
