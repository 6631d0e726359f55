package region

// Outline is where the borders of a kommune go, with the sea for a border where it ends there.
// Both are a MultiPolygon as well-known binary, in longitude and latitude.
type Outline struct {
	Kommune Number
	Area    []byte // near enough to tell which kommune a place is in
	Drawing []byte // with fewer points, for a map of the whole country
}
