package store

import (
	"encoding/json"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm/schema"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// fill gives every field of v, which must be addressable, a value of its own.
func fill(t *testing.T, v reflect.Value, n *int) {
	t.Helper()
	*n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2000+*n, 2, 3, 0, 0, 0, 0, time.UTC)))
		return
	case uuid.UUID:
		v.Set(reflect.ValueOf(uuid.New()))
		return
	case json.RawMessage:
		v.SetBytes([]byte(`{"n": 1}`))
		return
	case time.Weekday:
		v.SetInt(int64(*n % 7))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("text" + string(rune('a'+*n%26)) + time.Duration(*n).String())
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Uint8:
		v.SetUint(uint64(*n % 256))
	case reflect.Float64:
		v.SetFloat(float64(*n) / 8)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(t, v.Index(i), n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), n)
		}
	default:
		t.Fatalf("cannot fill a %s", v.Type())
	}
}

// thereAndBack fills a T and wants it the same after it has been rows.
func thereAndBack[T any](t *testing.T, convert func(T) T) {
	t.Helper()
	var want T
	n := 0
	fill(t, reflect.ValueOf(&want).Elem(), &n)
	wantEqual(t, reflect.TypeFor[T]().String(), want, convert(want))
}

func TestRowsForgetNothing(t *testing.T) {
	thereAndBack(t, func(tally directory.Tally) directory.Tally { return newTallyRow(testNow, tally).tally() })
	thereAndBack(t, func(f region.Fylke) region.Fylke { return newFylkeRow(f).fylke() })
	thereAndBack(t, func(k region.Kommune) region.Kommune {
		return kommuneResult{newKommuneRow(k), k.FylkeName, k.Ambiguous}.kommune()
	})
	thereAndBack(t, func(o region.Outline) region.Outline { return newOutlineRow(o).outline() })
	thereAndBack(t, func(f region.Former) region.Former { return newFormerRow(f).former() })
	thereAndBack(t, func(p region.PostalCode) region.PostalCode { return newPostalCodeRow(p).postalCode() })
	thereAndBack(t, func(p region.Place) region.Place { return newPlaceRow(p).place() })
	thereAndBack(t, func(g directory.TypeGroup) directory.TypeGroup { return newTypeGroupRow(g).group() })
	thereAndBack(t, func(o directory.OfferingType) directory.OfferingType {
		return newOfferingTypeRow(o).offeringType(newTypeLawRows(o))
	})
	thereAndBack(t, func(x directory.Term) directory.Term { return newTermRow(x).term() })
	thereAndBack(t, func(o directory.Organization) directory.Organization { return newOrganizationRow(o).organization() })
	thereAndBack(t, func(o directory.Offering) directory.Offering { return newOfferingRows(o).assemble() })
	thereAndBack(t, func(c directory.Course) directory.Course { return newCourseRows(c).assemble() })
	thereAndBack(t, func(x Task) Task { return newTaskRow(x).task() })
}

// rowModels are the row structs that are written through GORM.
var rowModels = []any{
	fylkeRow{}, kommuneRow{}, outlineRow{}, formerRow{}, postalCodeRow{}, placeRow{},
	typeGroupRow{}, offeringTypeRow{}, typeLawRow{}, termRow{}, expressionRow{},
	organizationRow{}, offeringRow{}, offeringFylkeRow{}, offeringKommuneRow{}, offeringTermRow{},
	locationRow{}, phoneRow{}, emailRow{}, webAddressRow{}, scheduleRow{}, exceptionRow{},
	tallyRow{}, courseRow{}, courseDateRow{}, courseTermRow{}, articleRow{}, revisionRow{}, changeRow{},
	accountRow{}, grantRow{}, sessionRow{}, taskRow{},
}

// columnKinds is which kinds of column a Go type fits.
var columnKinds = map[reflect.Type][]string{
	reflect.TypeFor[string]():    {"text", "jsonb"},
	reflect.TypeFor[Kind]():      {"text"},
	reflect.TypeFor[optional]():  {"text", "jsonb"},
	reflect.TypeFor[textArray](): {"ARRAY"},
	reflect.TypeFor[int]():       {"integer"},
	reflect.TypeFor[known]():     {"integer"},
	reflect.TypeFor[int64]():     {"bigint"},
	reflect.TypeFor[float64]():   {"double precision"},
	reflect.TypeFor[bool]():      {"boolean"},
	reflect.TypeFor[[]byte]():    {"bytea"},
	reflect.TypeFor[uuid.UUID](): {"uuid"},
	reflect.TypeFor[time.Time](): {"date", "timestamp with time zone"},
}

type column struct {
	TableName, ColumnName, DataType string
	IsNullable                      bool
	HasDefault                      bool
}

// Rows and schema are written apart. This holds them together.
func TestRowsFitTheSchema(t *testing.T) {
	s := openStore(t)
	var found []column
	err := s.db.Raw(`SELECT table_name, column_name, data_type, is_nullable = 'YES' AS is_nullable,
			column_default IS NOT NULL OR is_identity = 'YES' AS has_default
		FROM information_schema.columns WHERE table_schema = 'public'`).Scan(&found).Error
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]map[string]column{}
	for _, c := range found {
		if tables[c.TableName] == nil {
			tables[c.TableName] = map[string]column{}
		}
		tables[c.TableName][c.ColumnName] = c
	}
	for _, model := range rowModels {
		parsed, err := schema.Parse(model, &sync.Map{}, s.db.NamingStrategy)
		if err != nil {
			t.Errorf("%T: %v", model, err)
			continue
		}
		columns := tables[parsed.Table]
		for _, field := range parsed.Fields {
			c, ok := columns[field.DBName]
			if !ok {
				t.Errorf("%s.%s: no such column", parsed.Table, field.DBName)
				continue
			}
			delete(columns, field.DBName)
			wantColumn(t, field, c)
		}
		for name, c := range columns {
			if !c.IsNullable && !c.HasDefault {
				t.Errorf("%s.%s: not null, without default, and %T has no field for it", parsed.Table, name, model)
			}
		}
	}
}

func wantColumn(t *testing.T, field *schema.Field, c column) {
	t.Helper()
	fits := false
	for _, kind := range columnKinds[field.IndirectFieldType] {
		fits = fits || kind == c.DataType
	}
	if !fits {
		t.Errorf("%s.%s is %s, which a field of type %s does not fit", c.TableName, c.ColumnName, c.DataType, field.FieldType)
	}
	holdsNull := field.FieldType.Kind() == reflect.Pointer || field.FieldType == reflect.TypeFor[optional]() || field.FieldType == reflect.TypeFor[known]()
	if holdsNull && !c.IsNullable {
		t.Errorf("%s.%s is not null, but its field is %s", c.TableName, c.ColumnName, field.FieldType)
	}
	if !holdsNull && c.IsNullable {
		t.Errorf("%s.%s may be null, but its field is %s", c.TableName, c.ColumnName, field.FieldType)
	}
}
