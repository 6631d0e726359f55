package report

import (
	"testing"
	"time"
)

// BenchmarkDayStamp is what every public page asks for, also those that are kept.
func BenchmarkDayStamp(b *testing.B) {
	s := &signer{key: make([]byte, 32), now: time.Now}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			s.dayStamp()
		}
	})
}
