package store

import (
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"
)

// optional is text that is null in the database where it is empty in Go.
type optional string

// Value implements driver.Valuer.
func (o optional) Value() (driver.Value, error) {
	if o == "" {
		return nil, nil
	}
	return string(o), nil
}

// Scan implements sql.Scanner.
func (o *optional) Scan(src any) error {
	switch src := src.(type) {
	case nil:
		*o = ""
	case string:
		*o = optional(src)
	default:
		return fmt.Errorf("scan %T into text", src)
	}
	return nil
}

// known is a number that is null in the database where it is 0 in Go: not known.
type known int

// Value implements driver.Valuer.
func (k known) Value() (driver.Value, error) {
	if k == 0 {
		return nil, nil
	}
	return int64(k), nil
}

// Scan implements sql.Scanner.
func (k *known) Scan(src any) error {
	switch src := src.(type) {
	case nil:
		*k = 0
	case int64:
		*k = known(src)
	default:
		return fmt.Errorf("scan %T into a number", src)
	}
	return nil
}

// textArray is a text[]. GORM would spread a plain slice over several parameters.
type textArray []string

// Value implements driver.Valuer. The columns are not null, so nil is an empty array.
func (a textArray) Value() (driver.Value, error) {
	if len(a) == 0 {
		return "{}", nil
	}
	literal, err := pgtype.NewMap().Encode(pgtype.TextArrayOID, pgtype.TextFormatCode, []string(a), nil)
	return string(literal), err
}

// Scan implements sql.Scanner. An empty array is nil.
func (a *textArray) Scan(src any) error {
	var values []string
	if err := pgtype.NewMap().SQLScanner(&values).Scan(src); err != nil {
		return err
	}
	if len(values) == 0 {
		values = nil
	}
	*a = values
	return nil
}

// idArray is a bigint[] parameter.
type idArray []int64

// Value implements driver.Valuer.
func (a idArray) Value() (driver.Value, error) {
	if len(a) == 0 {
		return "{}", nil
	}
	literal, err := pgtype.NewMap().Encode(pgtype.Int8ArrayOID, pgtype.TextFormatCode, []int64(a), nil)
	return string(literal), err
}

// texts converts between slices of kinds of text, nil where it is empty.
func texts[To, From ~string](from []From) []To {
	if len(from) == 0 {
		return nil
	}
	to := make([]To, len(from))
	for i, s := range from {
		to[i] = To(s)
	}
	return to
}
