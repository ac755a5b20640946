// Records of the KV cache: reference/kv4_records.ts. Included by cores.h.
#ifndef OFFPRINT_KV4_CORES_H
#define OFFPRINT_KV4_CORES_H

static void to_halves(const float *from, uint16_t *to, int32_t count) {
  for (int32_t i = 0; i < count; i += 8) store_halves8(to + i, load8(from + i)); // 8 divides headDim
}

typedef struct {
  float scale;
  int32_t zero;
} Range;

INLINE Range channel_range(float min, float max) {
  double amax = -min > max ? -min : max;
  double wanted = ((double)max - (double)min) / 15;
  if (amax / 1024 > wanted) wanted = amax / 1024;
  Range range = {half_to_float(float_to_half((float)wanted)), 0};
  if (range.scale == 0) range.scale = 1;
  range.zero = (int32_t)floor(-(double)min / (double)range.scale + 0.5);
  return range;
}

INLINE uint8_t channel_code(float value, Range range) {
  int32_t code = (int32_t)floor((double)value / (double)range.scale + 0.5) + range.zero;
  return (uint8_t)(code < 0 ? 0 : code > 15 ? 15 : code);
}

// packRuns: of a run of 32 codes, byte i holds codes i and 16 + i.
INLINE void pack_run(const uint8_t *codes, uint8_t *bytes) {
  for (int i = 0; i < 16; i++) bytes[i] = (uint8_t)(codes[i] | codes[16 + i] << 4);
}

static void pack_group(const KvSizes *sizes, const uint16_t *recent, uint8_t *packed) {
  const int32_t dim = sizes->head_dim, group = sizes->group_size;
  uint16_t *numbers = (uint16_t *)packed; // key scales, key zeros, value scales, value zeros
  uint8_t *key_codes = packed + 8 * dim, *value_codes = key_codes + dim * group / 2;
  const uint16_t *keys = recent, *values = recent + dim * group;

  for (int32_t c = 0; c < dim; c++) {
    float row[128], min, max;
    for (int32_t t = 0; t < group; t += 8) store8(row + t, halves8(keys + c * group + t));
    min = max = row[0];
    for (int32_t t = 1; t < group; t++) {
      min = row[t] < min ? row[t] : min;
      max = row[t] > max ? row[t] : max;
    }
    Range range = channel_range(min, max);
    numbers[c] = float_to_half(range.scale);
    numbers[dim + c] = (uint16_t)(int16_t)range.zero;
    uint8_t codes[128];
    for (int32_t t = 0; t < group; t++) codes[t] = channel_code(row[t], range);
    for (int32_t t = 0; t < group; t += 32) pack_run(codes + t, key_codes + (c * group + t) / 2);
  }

  for (int32_t first = 0; first < dim; first += 32) { // 32 channels at a time: one run per token
    int32_t channels = dim - first < 32 ? dim - first : 32;
    float min[32], max[32];
    Range ranges[32];
    for (int32_t c = 0; c < channels; c++) min[c] = max[c] = half_to_float(values[first + c]);
    for (int32_t t = 1; t < group; t++) {
      for (int32_t c = 0; c < channels; c++) {
        float value = half_to_float(values[t * dim + first + c]);
        min[c] = value < min[c] ? value : min[c];
        max[c] = value > max[c] ? value : max[c];
      }
    }
    for (int32_t c = 0; c < channels; c++) {
      ranges[c] = channel_range(min[c], max[c]);
      numbers[2 * dim + first + c] = float_to_half(ranges[c].scale);
      numbers[3 * dim + first + c] = (uint16_t)(int16_t)ranges[c].zero;
    }
    for (int32_t t = 0; t < group; t++) {
      uint8_t codes[32] = {0};
      for (int32_t c = 0; c < channels; c++) {
        codes[c] = channel_code(half_to_float(values[t * dim + first + c]), ranges[c]);
      }
      pack_run(codes, value_codes + (t * sizes->padded_dim + first) / 2);
    }
  }
}

#endif
