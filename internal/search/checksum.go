package search

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"

	"github.com/blevesearch/bleve/v2"
)

// checkSegments compares the files that the index consists of with the checksum that stands
// at the end of each. Bleve writes it and never looks: one wrong bit on the disk would be one
// wrong digit in a telephone number. It returns ErrDamaged.
func checkSegments(b bleve.Index) error {
	snap, err := take(b)
	if err != nil {
		return err
	}
	for _, s := range snap.reader.Segments() {
		// Others are in memory, or left over from a program that was killed.
		onDisk, ok := s.Segment().(interface{ Path() string })
		if !ok {
			continue
		}
		if err := checkSegment(onDisk.Path()); err != nil {
			return err
		}
	}
	return nil
}

// checkSegment reads a file of zapx, which ends in the CRC-32 of all that comes before.
func checkSegment(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	body := len(content) - crc32.Size
	if body < 0 || crc32.ChecksumIEEE(content[:body]) != binary.BigEndian.Uint32(content[body:]) {
		return fmt.Errorf("%w: %s is not what was written", ErrDamaged, path)
	}
	return nil
}
