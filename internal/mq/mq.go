// Package mq holds the words of Goddard: names, identities, the kinds of
// offset, the codes of an error, the limits and the system topics.
//
// It is layer 0: it imports the standard library alone, and everything else
// may import it. Its values are plain data; they are safe for concurrent use
// as long as nobody changes them.
package mq
