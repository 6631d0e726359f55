package view

import (
	"net/url"
	"strconv"
)

// toQuery says in an address where to go after.
func toQuery(to string) string { return url.Values{"til": {to}}.Encode() }

// codesLeft says how many recovery codes there are.
func codesLeft(n int) string {
	switch n {
	case 0:
		return "Du har ingen nødkoder igjen. Lag nye."
	case 1:
		return "Du har én nødkode igjen. Lag gjerne nye."
	}
	return "Du har " + strconv.Itoa(n) + " nødkoder igjen. Du bruker dem hvis du mister det du bekrefter med."
}
