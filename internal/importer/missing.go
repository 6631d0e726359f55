package importer

import (
	"context"
	"fmt"
)

// missingOfferings names the offerings of earlier imports that the file no longer has.
// They are left as they are: what has ended is for a person to say.
func (im *run) missingOfferings(ctx context.Context, parsed []parsedOffering) error {
	stored, err := im.store.OfferingKeys(ctx)
	if err != nil {
		return fmt.Errorf("import offerings: %w", err)
	}
	inFile := map[string]bool{}
	for _, p := range parsed {
		inFile[p.offering.Key] = true
	}
	for _, key := range stored {
		if !inFile[key] {
			im.report.Missing = append(im.report.Missing, key)
		}
	}
	return nil
}
