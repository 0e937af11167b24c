module goddard

go 1.26
