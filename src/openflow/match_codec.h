#pragma once
// OXM/NXM fields on the wire (OpenFlow 1.4, 7.2.3; ovs-fields(7)).

#include "base/result.h"
#include "openflow/flow.h"
#include "openflow/wire.h"

namespace weft::openflow {

/// One OXM: header, value, and the mask unless it covers the field.
void encode_field(Writer& out, Field field, const Bits& value, const Bits& mask);

struct DecodedField {
  Field field = Field::kReg0;
  Bits value;
  Bits mask;
};
/// Reads one OXM. Errors: kProtocol for truncation, kNotFound for a field that is not in the table.
Result<DecodedField> decode_field(Reader& in);

/// The header that names a field in an action, without a value.
std::uint32_t subfield_header(const SubField& subfield);
/// The field that a header names, by its OXM or its older NXM form; nothing when it is not in the table.
std::optional<Field> find_field(std::uint32_t header);
/// A header that names NXM's 16-bit in_port, the only form of it that actions may load.
inline constexpr std::uint32_t kNxmInPort = 0x00000002;

/// The match structure: type, length, OXMs in prerequisite order, padding.
void encode_match(Writer& out, const Match& match);
Result<Match> decode_match(Reader& in);
/// OXMs without the structure around them, as in NXT_PACKET_IN2's metadata. Fields not in the table are
/// passed over.
Result<Match> decode_known_fields(ByteView bytes);

}  // namespace weft::openflow
