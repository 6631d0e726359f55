package api

import "time"

// What is promised of the messages about changes (package webhook sends them).
const (
	// MessageChanges is how many changes one message names at most. So many stay below the
	// 100 kB that some frameworks take when nobody says otherwise.
	MessageChanges = 200
	// MessageTime is how long a receiver may take.
	MessageTime = 15 * time.Second
)
