package bulk

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits on the parts of a workbook. excelize reads all but sheets whole, and makes hundreds
// of bytes of five: sixty megabytes of styles, which are ninety kilobytes packed, took eleven
// gigabytes. So the elements are counted before it sees the file. A table of the most rows,
// with sixty columns filled in, is within half of each.
const (
	maxParts = 500

	maxSheet      = 32 << 20
	sheetElements = 1_000_000

	maxStrings      = 16 << 20
	stringsElements = 400_000

	maxOther      = 4 << 20 // styles, names, pictures
	otherElements = 100_000
)

var (
	errNoWorkbook    = fmt.Errorf("%w: det er ikke en Excel-fil (.xlsx), eller den har passord", ErrFile)
	errLargeWorkbook = fmt.Errorf("%w: den inneholder mye mer enn en tabell. Kopier tabellen til en ny fil, eller lagre den som .csv", ErrFile)
)

// checkParts returns an ErrFile for what is no workbook, and for one that is larger, unpacked
// or in memory, than a table can be.
func checkParts(content []byte) error {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return errNoWorkbook
	}
	if len(z.File) > maxParts {
		return errLargeWorkbook
	}
	var all uint64
	for _, f := range z.File {
		if all += f.UncompressedSize64; f.UncompressedSize64 > maxSheet || all > maxUnpacked {
			return errLargeWorkbook
		}
	}
	for _, f := range z.File {
		if err := checkPart(f); err != nil {
			return err
		}
	}
	return nil
}

// checkPart reads one part. A part may not be larger than it says: the reader of archives
// sees to that.
func checkPart(f *zip.File) error {
	size, elements := int64(maxOther), otherElements
	name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
	isSheet := strings.HasPrefix(name, "xl/worksheets/") && strings.HasSuffix(name, ".xml")
	switch {
	case isSheet:
		size, elements = maxSheet, sheetElements
	case name == "xl/sharedstrings.xml":
		size, elements = maxStrings, stringsElements
	}
	r, err := f.Open()
	if err != nil {
		return errNoWorkbook
	}
	defer r.Close()
	if isSheet {
		// What is called a sheet is one, and not styles by that name.
		var begin bytes.Buffer
		if !beginsSheet(io.TeeReader(io.LimitReader(r, 64<<10), &begin)) {
			return errNoWorkbook
		}
		return count(io.MultiReader(&begin, r), size, elements)
	}
	return count(r, size, elements)
}

// beginsSheet reports whether XML begins as a sheet does.
func beginsSheet(r io.Reader) bool {
	for d := xml.NewDecoder(r); ; {
		token, err := d.RawToken()
		if err != nil {
			return false
		}
		if e, ok := token.(xml.StartElement); ok {
			return e.Name.Local == "worksheet"
		}
	}
}

// count reads to the end, within the limits.
func count(r io.Reader, size int64, elements int) error {
	buffer := make([]byte, 32<<10)
	for {
		n, err := r.Read(buffer)
		elements -= bytes.Count(buffer[:n], []byte("<"))
		if size -= int64(n); size < 0 || elements < 0 {
			return errLargeWorkbook
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return errNoWorkbook
		}
	}
}
