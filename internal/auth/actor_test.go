package auth

import "testing"

func TestActorString(t *testing.T) {
	for _, tc := range []struct {
		actor Actor
		want  string
	}{
		{Actor{Kind: Import, Name: "tilbud.csv"}, "import: tilbud.csv"},
		{Actor{Kind: Operator}, "operator"},
		{Actor{Kind: Account, ID: 12, Name: "Kari Test"}, "account: 12"},
		{Actor{Kind: Token, ID: 7}, "token: 7"},
		{Actor{Kind: Job, Name: "paaminnelser"}, "job: paaminnelser"},
	} {
		if got := tc.actor.String(); got != tc.want {
			t.Errorf("String() = %q, want %q", got, tc.want)
		}
	}
}
