package referral

// The checksum is two characters of a Reed-Solomon code over the field of 32 elements: one
// character that is wrong, or two neighbours that have changed places, always make another
// sum, and so do any two wrong characters in a code of up to 31. Of what is wrong in more
// places, one in a thousand passes.
//
// A code is right when both sums over it are target and not zero: else a zero too many at its
// end would change nothing.
const (
	checkChars = 2
	target     = 1
)

// The roots of the code: α, a primitive element of the field with x⁵ = x² + 1, and α².
const (
	root1 = 2
	root2 = 4
)

// times multiplies in the field.
func times(a, b byte) byte {
	var product byte
	for ; b != 0; b >>= 1 {
		if b&1 != 0 {
			product ^= a
		}
		if a <<= 1; a&32 != 0 {
			a ^= 0b100101
		}
	}
	return product
}

// inverse returns the element that times a gives 1: a to the power of 30.
func inverse(a byte) byte {
	out := byte(1)
	for range 30 {
		out = times(out, a)
	}
	return out
}

// sums returns the code as a polynomial at both roots.
func sums(chars []byte) (s1, s2 byte) {
	for _, c := range chars {
		s1, s2 = times(s1, root1)^c, times(s2, root2)^c
	}
	return s1, s2
}

// checked reports whether the code's last characters are those that withChecksum gives it.
func checked(chars []byte) bool {
	s1, s2 := sums(chars)
	return s1 == target && s2 == target
}

// withChecksum returns the characters with the two that make both sums target.
func withChecksum(chars []byte) []byte {
	chars = append(chars, 0, 0)
	s1, s2 := sums(chars)
	s1, s2 = s1^target, s2^target
	// The two unknowns are x and y in x·root1 + y = s1 and x·root2 + y = s2.
	x := times(s1^s2, inverse(root1^root2))
	chars[len(chars)-2], chars[len(chars)-1] = x, s1^times(x, root1)
	return chars
}
