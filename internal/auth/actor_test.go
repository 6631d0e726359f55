package auth

import (
	"errors"
	"testing"
)

func TestCanWrite(t *testing.T) {
	for _, tc := range []struct {
		name  string
		actor Actor
		want  error
	}{
		{"nobody", Actor{}, ErrForbidden},
		{"unknown kind", Actor{Kind: "visitor", Name: "x"}, ErrForbidden},
		{"import", Actor{Kind: Import, Name: "tilbud.csv"}, nil},
		{"operator", Actor{Kind: Operator}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := CanWrite(tc.actor); !errors.Is(got, tc.want) {
				t.Errorf("CanWrite(%v) = %v, want %v", tc.actor, got, tc.want)
			}
		})
	}
}

func TestActorString(t *testing.T) {
	if got, want := (Actor{Import, "tilbud.csv"}).String(), "import: tilbud.csv"; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
	if got, want := (Actor{Kind: Operator}).String(), "operator"; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
}
