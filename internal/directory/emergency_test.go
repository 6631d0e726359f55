package directory

import "testing"

func TestEmergencyNumbersAreNumbers(t *testing.T) {
	all := append(EmergencyNumbers(), DangerNumbers()...)
	all = append(all, FireBrigade)
	for _, want := range all {
		if got, err := ParsePhone(string(want)); err != nil || got != want {
			t.Errorf("ParsePhone(%q) = %q, %v, want it back", want, got, err)
		}
	}
}
