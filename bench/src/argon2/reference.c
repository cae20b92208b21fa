/* Prints the nanoseconds of the best of N hashes by the C reference. */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "argon2.h"

static long long now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

int main(int argc, char **argv) {
    long long best = -1;
    unsigned char tag[32];
    if (argc != 5) return 2;
    for (int left = atoi(argv[4]); left > 0; left--) {
        long long began = now(), took;
        int failed = argon2id_hash_raw(atoi(argv[2]), atoi(argv[1]), atoi(argv[3]), "password", 8,
                                       "sixteen bytes ok", 16, tag, sizeof tag);
        if (failed) return 1;
        took = now() - began;
        if (best < 0 || took < best) best = took;
    }
    printf("%lld\n", best);
    return 0;
}
