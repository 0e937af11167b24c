package main

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
)

// A body begins with who sent it and ends with noise that follows from that:
//
//	producer(4) number(8) noise(16 to 1,024)
const bodyPrefix = 12

// body makes the body of a message.
func body(seed uint64, producer, number int) []byte {
	random := rand.New(rand.NewPCG(seed+uint64(producer)+1, uint64(number)))
	b := make([]byte, bodyPrefix+16+random.IntN(1024-15))
	binary.BigEndian.PutUint32(b, uint32(producer))
	binary.BigEndian.PutUint64(b[4:], uint64(number))
	for i := bodyPrefix; i < len(b); i++ {
		b[i] = byte(random.Uint32())
	}
	return b
}

// identify says which message a body is, -1 if it is none, and whether nothing
// in it changed.
func identify(seed uint64, b []byte) (producer, number int, intact bool) {
	if len(b) < bodyPrefix {
		return -1, -1, false
	}
	producer = int(binary.BigEndian.Uint32(b))
	number = int(binary.BigEndian.Uint64(b[4:]))
	return producer, number, bytes.Equal(b, body(seed, producer, number))
}
