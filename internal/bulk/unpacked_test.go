package bulk

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/xuri/excelize/v2"
)

// A file of some kilobytes that is larger than it may be when it is unpacked is refused.
func TestLargeWhenUnpacked(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetCellValue("Sheet1", "A1", "navn"); err != nil {
		t.Fatal(err)
	}
	var small bytes.Buffer
	if err := f.Write(&small); err != nil {
		t.Fatal(err)
	}
	if _, err := Read("a.xlsx", small.Bytes()); err != nil {
		t.Fatalf("as it was written: %v", err)
	}
	from, err := zip.NewReader(bytes.NewReader(small.Bytes()), int64(small.Len()))
	if err != nil {
		t.Fatal(err)
	}
	blanks := bytes.Repeat([]byte(" "), 1<<20)
	for _, grown := range []string{"xl/worksheets/sheet1.xml", "xl/workbook.xml"} {
		var packed bytes.Buffer
		to := zip.NewWriter(&packed)
		for _, part := range from.File {
			r, err := part.Open()
			if err != nil {
				t.Fatal(err)
			}
			w, err := to.Create(part.Name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(w, r); err != nil {
				t.Fatal(err)
			}
			for n := 0; part.Name == grown && n <= maxUnpacked; n += len(blanks) {
				if _, err := w.Write(blanks); err != nil {
					t.Fatal(err)
				}
			}
			r.Close()
		}
		if err := to.Close(); err != nil {
			t.Fatal(err)
		}
		if packed.Len() > 1<<20 {
			t.Errorf("%d bytes: the test does not see what it should", packed.Len())
		}
		if _, err := Read("a.xlsx", packed.Bytes()); !errors.Is(err, ErrFile) {
			t.Errorf("%s of %d bytes, %d packed: %v, want ErrFile", grown, maxUnpacked, packed.Len(), err)
		}
	}
}
