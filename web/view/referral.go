package view

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"
)

// ShortAddress returns an address as it is typed: without its scheme, "www." and a slash at
// its end.
func ShortAddress(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		rest = address
	}
	if short, err := url.PathUnescape(rest); err == nil {
		rest = short
	}
	return strings.TrimSuffix(strings.TrimPrefix(rest, "www."), "/")
}

// SMSAddress returns what opens the reader's own messages with the text in a new one. The
// question mark is for Android, what follows it for iPhones too.
func SMSAddress(text string) templ.SafeURL { return templ.SafeURL("sms:?&body=" + escapeText(text)) }

// MailAddress is SMSAddress for mail.
func MailAddress(subject, text string) templ.SafeURL {
	return templ.SafeURL("mailto:?subject=" + escapeText(subject) + "&body=" + escapeText(strings.ReplaceAll(text, "\n", "\r\n")))
}

// escapeText escapes a text for an address that is no web page's: there a plus is a plus.
func escapeText(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
